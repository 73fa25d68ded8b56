"""Rotations as unit quaternions (w, x, y, z) and vectors as 3-tuples; plain Python, no packages."""
import math


def axis_angle(axis, angle):
    """Rotation by `angle` rad about 'x', 'y', 'z' or a unit 3-tuple."""
    x, y, z = {'x': (1, 0, 0), 'y': (0, 1, 0), 'z': (0, 0, 1)}.get(axis, axis)
    s = math.sin(angle / 2)
    return (math.cos(angle / 2), s * x, s * y, s * z)


def mul(*qs):
    """Product of quaternions: the last one acts first."""
    a = qs[0]
    for b in qs[1:]:
        a = (a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3],
             a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2],
             a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1],
             a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0])
    return a


def inverse(q):
    return (q[0], -q[1], -q[2], -q[3])


def rotate(q, v):
    return mul(q, (0.0,) + tuple(v), inverse(q))[1:]


def slerp(a, b, t):
    d = sum(x * y for x, y in zip(a, b))
    if d < 0:
        b, d = tuple(-x for x in b), -d
    if d > 1 - 1e-12:
        return a
    angle = math.acos(d)
    u, v = math.sin((1 - t) * angle) / math.sin(angle), math.sin(t * angle) / math.sin(angle)
    return tuple(u * x + v * y for x, y in zip(a, b))


def columns(x, y, z):
    """The rotation whose axes, seen in the parent, are the orthonormal x, y, z."""
    m = [[x[i], y[i], z[i]] for i in range(3)]
    t = m[0][0] + m[1][1] + m[2][2]
    if t > 0:
        s = 2 * math.sqrt(t + 1)
        return (s / 4, (m[2][1] - m[1][2]) / s, (m[0][2] - m[2][0]) / s, (m[1][0] - m[0][1]) / s)
    i = max(range(3), key=lambda k: m[k][k])
    j, k = (i + 1) % 3, (i + 2) % 3
    s = 2 * math.sqrt(1 + m[i][i] - m[j][j] - m[k][k])
    q = [0.0] * 4
    q[0] = (m[k][j] - m[j][k]) / s
    q[1 + i] = s / 4
    q[1 + j] = (m[j][i] + m[i][j]) / s
    q[1 + k] = (m[k][i] + m[i][k]) / s
    return tuple(q)


def log_map(q):
    """Rotation vector (axis * angle, rad), angle at most pi."""
    if q[0] < 0:
        q = tuple(-c for c in q)
    s = math.sqrt(q[1] ** 2 + q[2] ** 2 + q[3] ** 2)
    k = 2.0 if s < 1e-12 else 2 * math.atan2(s, q[0]) / s
    return (k * q[1], k * q[2], k * q[3])


def euler_zyx(q):
    """(z, y, x) rad with q = Rz(z) Ry(y) Rx(x); |y| < pi/2."""
    x, y, z = rotate(q, (1, 0, 0))
    yaw, pitch = math.atan2(y, x), math.asin(max(-1.0, min(1.0, -z)))
    rest = mul(axis_angle('y', -pitch), axis_angle('z', -yaw), q)
    return (yaw, pitch, 2 * math.atan2(rest[1], rest[0]))


def add(a, b):
    return tuple(x + y for x, y in zip(a, b))


def sub(a, b):
    return tuple(x - y for x, y in zip(a, b))


def scale(a, s):
    return tuple(x * s for x in a)


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def cross(a, b):
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def norm(a):
    return math.sqrt(dot(a, a))


def unit(a):
    return scale(a, 1 / norm(a))
