"""Clips that are hard to retarget, for benches and tests; written where they are asked for, never
shipped:  python3 scripts/clips/stress.py FOLDER

The person of walk.py turns on the spot, jumps, crouches, crawls, turns a cartwheel, swings the arms
in full circles and climbs stairs. Feet that stand are fixed in the world and the legs solved for
them; where hands or knees carry the body it is set down on its lowest point, frame by frame.

Axes as in walk.py: x left, y up, z forward; cm, rad.
"""
import math
import os
import sys

import bvh
import walk
from curves import Spline
from legs import hanging_frame_y_up, two_segments
from rotation import add, axis_angle, inverse, mul, norm, rotate, scale, slerp, sub

FPS = 30
SKELETON = walk.skeleton()
STAND = 94.0  # of the pelvis, knees a little bent
HALF_STEP = 9.0
THICKNESS = 2.0  # of flesh about the joints that a body lies on
GRAVITY = 981.0


def ease(t):
    """0 to 1 with rest at both ends."""
    t = max(0.0, min(1.0, t))
    return t * t * t * (10 - 15 * t + 6 * t * t)


def ramp(t, *keys):
    """Eased through (time, value) keys."""
    for (t0, v0), (t1, v1) in zip(keys, keys[1:]):
        if t < t1:
            return v0 + (v1 - v0) * ease((t - t0) / (t1 - t0))
    return keys[-1][1]


def pitch(degrees):
    """Nose down."""
    return axis_angle('x', math.radians(degrees))


def yaw(degrees):
    """To the left."""
    return axis_angle('y', math.radians(degrees))


def arm(side, swing=0.0, raised=9.0, elbow=20.0, wrist=0.0):
    """Local rotations of shoulder, arm, forearm, hand; degrees. A swing of 90 points ahead, 180 up;
    `raised` is to the side, 90 for a T."""
    return [axis_angle('x', 0.0),
            mul(axis_angle('x', -math.radians(swing)),
                axis_angle('z', -side * math.radians(90 - raised))),
            axis_angle('y', -side * math.radians(elbow)),
            axis_angle('z', side * math.radians(wrist))]


def solved_leg(pelvis, turn, side, ankle, foot):
    """Local rotations of thigh, shin, foot and toes for a foot of world rotation `foot` at `ankle`;
    an ankle out of reach is brought in."""
    hip = add(pelvis, rotate(turn, (side * walk.HIP_HALF_WIDTH, -walk.HIP_DROP, 0)))
    reach = 0.999 * (walk.THIGH + walk.SHIN)
    way = sub(ankle, hip)
    if norm(way) > reach:
        ankle = add(hip, scale(way, reach / norm(way)))
    lateral = rotate(slerp(turn, foot, 0.5), (1, 0, 0))
    knee, _, axis = two_segments(hip, ankle, walk.THIGH, walk.SHIN, lateral)
    thigh = hanging_frame_y_up(hip, knee, axis)
    shin = hanging_frame_y_up(knee, ankle, axis)
    return [mul(inverse(turn), thigh), mul(inverse(thigh), shin), mul(inverse(shin), foot),
            axis_angle('x', 0.0)]


def bent_leg(side, hip, knee, spread=0.0, ankle=0.0):
    """The same from angles, degrees."""
    return [mul(axis_angle('z', side * math.radians(spread)), pitch(-hip)), pitch(knee),
            pitch(ankle), axis_angle('x', 0.0)]


def figure(pelvis, turn, left_arm, right_arm, left_leg, right_leg, bend=axis_angle('x', 0.0)):
    """(root position, local rotations); `bend` is the chest's rotation against the pelvis."""
    third = slerp(axis_angle('x', 0.0), bend, 1 / 3)
    none = axis_angle('x', 0.0)
    return pelvis, [turn, third, third, third, none, none] + left_arm + right_arm + left_leg + right_leg


def set_down(frame):
    """The figure moved up or down so that its lowest joint lies on the floor."""
    pos, rot = bvh.world(SKELETON, *frame)
    lowest = min(p[1] for p in pos)
    for joint, p, q in zip(SKELETON, pos, rot):
        if joint.end is not None:
            lowest = min(lowest, add(p, rotate(q, joint.end))[1])
    root, rotations = frame
    return add(root, (0, THICKNESS - lowest, 0)), rotations


def standing_foot(side, degrees=0.0, x=0.0, z=0.0, up=0.0):
    """Ankle and rotation of a foot beside (x, z), turned about that point."""
    turn = yaw(degrees)
    return add((x, up + walk.ANKLE_HEIGHT, z), rotate(turn, (side * HALF_STEP, 0, 0))), turn


def on_feet(pelvis, turn, feet, arms=None, bend=axis_angle('x', 0.0)):
    legs = [solved_leg(pelvis, turn, side, *foot) for side, foot in zip((1, -1), feet)]
    arms = arms or (arm(1), arm(-1))
    return figure(pelvis, turn, *arms, *legs, bend)


def turns(t):
    """A full turn on the spot in sixteen steps of 45 degrees for both feet, then back."""
    steps, period = 16, 0.4
    feet = [0.0, 0.0]
    lift = [0.0, 0.0]
    for k in range(steps):
        way = 1 if k < steps // 2 else -1
        s = (t - 0.5 - k * period) / period
        foot = (k % 2) if way > 0 else (k + 1) % 2
        feet[foot] += way * 90 * ease(s)
        if 0 < s < 1:
            lift[foot] = 8 * math.sin(math.pi * s) ** 2
    middle = 0.5 * (feet[0] + feet[1])
    at = [standing_foot(side, a, up=u) for side, a, u in zip((1, -1), feet, lift)]
    return on_feet((0, STAND, 0), yaw(middle), at)


FLIGHT, TAKE_OFF = 0.5, 1.2


def jump(t):
    """Crouch, half a second of flight 60 cm ahead, landing in a crouch."""
    rate = GRAVITY * FLIGHT / 2
    top = 97.0  # of the pelvis at take-off and landing
    down = Spline([(0, STAND), (0.3, STAND), (0.85, 66), (TAKE_OFF, top)], ends=(0.0, rate))
    up = Spline([(0, top), (0.25, 62), (1.0, STAND)], ends=(-rate, 0.0))
    flown = max(0.0, min(FLIGHT, t - TAKE_OFF))
    z = 60 * flown / FLIGHT
    swing = ramp(t, (0.3, 0), (0.85, -50), (TAKE_OFF, 120), (TAKE_OFF + FLIGHT, 60),
                 (TAKE_OFF + 1.2, 0))
    lean = ramp(t, (0.3, 0), (0.85, 35), (TAKE_OFF, 5), (1.7, 10), (1.95, 35), (2.7, 0))
    arms = (arm(1, swing), arm(-1, swing))
    if t <= TAKE_OFF:
        height, foot_up = down(t), 0.0
    elif flown < FLIGHT:
        rise = rate * flown - 0.5 * GRAVITY * flown * flown
        height, foot_up = top + rise, rise + 12 * math.sin(math.pi * flown / FLIGHT) ** 2
    else:
        height, foot_up = up(t - TAKE_OFF - FLIGHT), 0.0
    feet = [standing_foot(side, z=z, up=foot_up) for side in (1, -1)]
    return on_feet((0, height, z - 0.2 * lean), pitch(0.5 * lean), feet, arms, pitch(0.5 * lean))


def crouch(t):
    """To a deep squat and up again, twice, arms out ahead."""
    depth = ramp(t, (0.4, 0), (1.5, 1), (2.0, 1), (3.0, 0), (3.2, 0), (4.0, 1), (4.8, 0))
    lean = 38 * depth
    feet = [standing_foot(side, side * 20 * 1.0) for side in (1, -1)]
    arms = (arm(1, 80 * depth), arm(-1, 80 * depth))
    return on_feet((0, STAND - 52 * depth, -9 * depth), pitch(lean), feet, arms, pitch(10 * depth))


def crawl(t):
    """On hands and knees, diagonal pairs together, half a metre a second."""
    phase = 2 * math.pi * 0.8 * t
    parts = []
    for side in (1, -1):
        w = math.sin(phase + (0 if side > 0 else math.pi))
        parts.append((w, side))
    arms = [arm(side, 78 - 18 * w, 4, 12, 80) for w, side in parts]
    legs = [bent_leg(side, 80 + 16 * w, 92 - 8 * w, 4, -60) for w, side in parts]
    z = 50 * t
    return set_down(figure((0, 50, z), pitch(80), arms[0], arms[1], legs[0], legs[1]))


def cartwheel(t):
    """To the left over both hands."""
    turn = ramp(t, (0.6, 0), (2.2, 360), (3.0, 360))
    spread = ramp(t, (0.2, 4), (0.9, 38), (1.9, 38), (2.6, 4))
    raised = ramp(t, (0.0, 9), (0.6, 165), (2.3, 165), (3.0, 9))
    x = ramp(t, (0.5, 0), (2.3, 190))
    arms = (arm(1, 0, raised, 4), arm(-1, 0, raised, 4))
    legs = (bent_leg(1, 2, 4, spread), bent_leg(-1, 2, 4, spread))
    return set_down(figure((x, STAND, 0), axis_angle('z', -math.radians(turn)), *arms, *legs))


def shoulders(t):
    """Arms in full circles: both ahead and over, then back, then to the sides and across."""
    swing = ramp(t, (0.3, 0), (1.8, 360), (2.1, 360), (3.6, 0))
    other = ramp(t, (0.3, 0), (1.8, -360), (2.1, -360), (3.6, 0))
    raised = ramp(t, (3.8, 9), (4.6, 175), (5.4, 9))
    feet = [standing_foot(side) for side in (1, -1)]
    return on_feet((0, STAND, 0), pitch(0), feet,
                   (arm(1, swing, raised, 8), arm(-1, other, raised, 8)))


def stairs(t):
    """Six steps up, 17 cm high and 28 cm deep."""
    period, high, deep = 0.7, 17.0, 28.0
    feet = []
    for index, side in enumerate((1, -1)):
        z = up = lift = 0.0
        for k in range(7):  # foot k % 2 goes to step k + 1; the last one joins the other
            if k % 2 != index:
                continue
            s = (t - 0.5 - k * period) / period
            target = min(k + 1, 6)
            before = max(k - 1, 0)
            z += (target - before) * deep * ease((s - 0.1) / 0.8)
            up += (target - before) * high * ease(s / 0.6)
            if 0 < s < 1:
                lift = 9 * math.sin(math.pi * s) ** 2
        feet.append(standing_foot(side, z=z, up=up + lift))
    middle = ramp(t, (0.5, 0), (0.5 + 7 * period, 6))
    lean = ramp(t, (0.3, 0), (0.9, 9), (5.0, 9), (5.6, 0))
    swing = 25 * math.sin(math.pi * (t - 0.5) / period) * ramp(t, (0.3, 0), (0.9, 1), (5, 1), (5.6, 0))
    low = min(foot[0][1] for foot in feet)
    height = min(middle * high + STAND, low + STAND - walk.ANKLE_HEIGHT + 20)
    return on_feet((0, height, middle * deep), pitch(lean), feet, (arm(1, swing), arm(-1, -swing)))


CLIPS = {'turns': (turns, 7.4), 'jump': (jump, 3.2), 'crouch': (crouch, 5.2), 'crawl': (crawl, 4.0),
         'cartwheel': (cartwheel, 3.2), 'shoulders': (shoulders, 5.8), 'stairs': (stairs, 6.2)}


def main(folder):
    os.makedirs(folder, exist_ok=True)
    for name, (frame, seconds) in CLIPS.items():
        frames = [frame(i / FPS) for i in range(int(seconds * FPS) + 1)]
        with open(os.path.join(folder, name + '.bvh'), 'w', encoding='ascii', newline='\n') as f:
            f.write(bvh.text(SKELETON, frames, FPS))


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit('usage: stress.py FOLDER')
    main(sys.argv[1])
