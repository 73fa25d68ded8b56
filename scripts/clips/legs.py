"""Closed-form inverse kinematics of a leg with two segments and a knee that bends one way."""
import math

from rotation import add, columns, cross, dot, norm, scale, sub, unit


def two_segments(hip, ankle, upper, lower, lateral):
    """(knee position, knee bend in rad, axis of the knee) for segments of length `upper` and `lower`.

    `lateral` points roughly to the left of the walker: the knee's axis is the nearest direction to
    it across the leg, and both segments' frames must be built with that axis. Raises
    ValueError when the ankle is out of reach, because a stretched leg would move a planted foot.
    """
    d = sub(ankle, hip)
    r = norm(d)
    if not abs(upper - lower) < r < upper + lower:
        raise ValueError(f'out of reach: {r:.4f} of {upper + lower:.4f}')
    along = scale(d, 1 / r)
    side = unit(sub(lateral, scale(along, dot(lateral, along))))
    ahead = cross(along, side)  # down x left points forward
    a = (upper * upper - lower * lower + r * r) / (2 * r)
    knee = add(add(hip, scale(along, a)), scale(ahead, math.sqrt(upper * upper - a * a)))
    bend = math.pi - math.acos((upper ** 2 + lower ** 2 - r * r) / (2 * upper * lower))
    return knee, bend, side


def hanging_frame_y_up(top, bottom, lateral):
    """World rotation of a segment that hangs along -y at rest (x left, z forward)."""
    y = unit(sub(top, bottom))
    x = unit(sub(lateral, scale(y, dot(lateral, y))))
    return columns(x, y, cross(x, y))
