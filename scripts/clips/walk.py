"""data/clips/walk.bvh: a person of 1.75 m walking straight on, four cycles.

The curves of hip, knee, ankle, pelvis, trunk and arms are typical adult values from the clinical
literature (Perry and Burnfield, Gait Analysis; Winter, Biomechanics and Motor Control of Human
Gait). Angles alone never make a foot stand still, so they are only the preferred pose: in stance the
foot turns about its heel, stands flat, then turns about its ball; in swing the leg follows the
preferred pose plus a fifth-order correction that meets the planted phases with equal angles and
rates; the legs are then solved in closed form.

Axes of this file: x left, y up, z forward; cm, rad; phase 0 is heel strike of the leg in question.
"""
import math
import sys

import bvh
from curves import Spline, derivatives, quintic
from legs import hanging_frame_y_up, two_segments
from rotation import add, axis_angle, inverse, mul, norm, rotate, slerp, sub

FPS = 60
FRAMES_PER_CYCLE = 66  # 1.10 s: 109 steps a minute
CYCLES = 4
STRIDE = 126.0  # cm: 1.145 m/s

THIGH, SHIN = 42.0, 41.5
HIP_HALF_WIDTH, HIP_DROP = 8.8, 6.5
ANKLE_HEIGHT = 8.3
HEEL = (0.0, -ANKLE_HEIGHT, -5.0)  # of the sole, from the ankle
BALL = (0.0, -6.3, 13.0)  # the toe joint from the ankle; its sole lies 2 cm below
TOE_TIP = (0.0, -0.5, 7.0)
STEP_HALF_WIDTH = 5.0
TOE_OUT = math.radians(6)

TOE_SOLE_TIP = (0.0, -2.0, 7.0)  # from the toe joint

FLAT, HEEL_OFF, BALL_OFF, TOE_OFF = 0.09, 0.36, 0.48, 0.61
TOE_ROLL = math.radians(40)

# The following were searched so that the solved knee comes closest to its normative curve.
PLANT_AHEAD = 21.0  # of the heel before the pelvis at heel strike
PELVIS_HEIGHT = 96.17
BOB = ((1.25, .24, 2), (0.24, .014, 4))  # up and down: amplitude in cm, peak phase, times a cycle
SURGE = (0.42, .05, 2)  # forward and back
OBLIQUITY = (2.8, .06, 1)  # deg, the swing side drops
KNEE_LIFT, WIDEN = math.radians(17), math.radians(0.5)  # added to the preferred swing for clearance

PHASES = (0, .05, .10, .15, .20, .30, .40, .50, .55, .60, .65, .70, .75, .80, .85, .90, .95)
HIP = (30, 28, 24, 20, 15, 4, -5, -10, -9, -4, 5, 14, 22, 28, 31, 32, 31)
KNEE = (5, 11, 16, 18, 16, 9, 5, 9, 18, 35, 52, 61, 60, 48, 31, 14, 4)
ANKLE = (0, -5, -3, 0, 3, 7, 10, 7, -4, -17, -16, -9, -3, 0, 2, 2, 1)
ANATOMICAL_TILT = 10  # deg: hip flexion is counted from a pelvis tilted this far forward


def curve(values):
    return Spline(list(zip(PHASES, (math.radians(v) for v in values))))


hip_flexion, knee_flexion, ankle_flexion = curve(HIP), curve(KNEE), curve(ANKLE)

# pitch of the foot, toes up positive, outside the flat phase: heel rocker, heel rise, swing
foot_pitch = Spline([(t, math.radians(v)) for t, v in (
    (HEEL_OFF, 0), (.44, -7), (.50, -20), (.56, -44), (TOE_OFF, -65), (.66, -72), (.71, -58),
    (.76, -33), (.81, -11), (.86, 3), (.91, 12), (.96, 17), (1.0, 17), (1.04, 9),
    (1 + FLAT, 0))], ends=(0.0, 0.0))


def pitch(phase):
    p = phase % 1.0
    return foot_pitch(p + 1.0 if p < FLAT else max(p, HEEL_OFF))


def toe_roll(phase):
    """How far the toes themselves have rolled over their tip before toe-off, rad."""
    s = max(0.0, (phase - BALL_OFF) / (TOE_OFF - BALL_OFF))
    return TOE_ROLL * s * s * s * (1.6 - 0.6 * s)


def wave(phase, amplitude, peak, times=1):
    """A cosine with its maximum at phase `peak`, `times` times a cycle."""
    return amplitude * math.cos(2 * math.pi * times * (phase - peak))


def pelvis(phase):
    """Position and rotation for the phase of the right leg; `phase` runs on over cycles."""
    pos = (-wave(phase, 2.1, .30),
           PELVIS_HEIGHT + sum(wave(phase, *b) for b in BOB),
           STRIDE * phase + wave(phase, *SURGE))
    turn = mul(axis_angle('y', math.radians(wave(phase, 4.5, 0.0))),
               axis_angle('z', math.radians(-wave(phase, *OBLIQUITY))),
               axis_angle('x', math.radians(3.0 + wave(phase, 0.8, .05, 2))))
    return pos, turn


def hip_position(phase, side):
    pos, turn = pelvis(phase if side < 0 else phase + 0.5)
    if side > 0:  # the left leg lives half a cycle later; keep its own phase as the clock
        pos = (pos[0], pos[1], pos[2] - 0.5 * STRIDE)
    return add(pos, rotate(turn, (side * HIP_HALF_WIDTH, -HIP_DROP, 0))), turn


def foot_rotation(phase, side):
    return mul(axis_angle('y', side * TOE_OUT), axis_angle('x', -pitch(phase)))


def planted_ankle(phase, side, pivot):
    """The ankle while the foot, planted by its heel at phase 0, turns about heel or ball."""
    flat = axis_angle('y', side * TOE_OUT)
    heel = (side * STEP_HALF_WIDTH, 0.0, PLANT_AHEAD)
    turn = foot_rotation(phase, side)
    if pivot == 'heel':
        return sub(heel, rotate(turn, HEEL))
    tip = add(heel, rotate(flat, sub(add(BALL, TOE_SOLE_TIP), HEEL)))
    toes = mul(flat, axis_angle('x', toe_roll(phase)))
    return sub(sub(tip, rotate(toes, TOE_SOLE_TIP)), rotate(turn, BALL))


def preferred_ankle(phase, side):
    """Where the normative angles would carry the ankle."""
    hip, turn = hip_position(phase, side)
    tilt = axis_angle('x', math.radians(ANATOMICAL_TILT - 3.0))
    thigh = mul(turn, tilt, axis_angle('x', -hip_flexion(phase)))
    shin = mul(thigh, axis_angle('x', knee_flexion(phase)))
    return add(add(hip, rotate(thigh, (0, -THIGH, 0))), rotate(shin, (0, -SHIN, 0)))


def polar(hip, ankle):
    """(knee bend, angle forward, angle outward to the left) of the leg from hip to ankle."""
    d = sub(ankle, hip)
    r = norm(d)
    bend = math.pi - math.acos((THIGH ** 2 + SHIN ** 2 - r * r) / (2 * THIGH * SHIN))
    return bend, math.atan2(d[2], -d[1]), math.asin(d[0] / r)


def from_polar(hip, bend, forward, left):
    r = math.sqrt(THIGH ** 2 + SHIN ** 2 + 2 * THIGH * SHIN * math.cos(bend))
    flat = r * math.cos(left)
    return add(hip, (r * math.sin(left), -flat * math.cos(forward), flat * math.sin(forward)))


def planted_polar(phase, side, pivot, carried):
    ankle = planted_ankle(phase - carried, side, pivot)
    return polar(hip_position(phase, side)[0], add(ankle, (0, 0, STRIDE * carried)))


def swing_ends(side):
    """Per polar coordinate: (value, rate, 0) of planted minus preferred, at toe-off and at the next
    heel strike. Accelerations are left free: a planted leg near full stretch has huge ones."""
    def gap(phase, pivot, carried, i):
        value, rate, _ = derivatives(lambda t: planted_polar(t, side, pivot, carried)[i] -
                           polar(hip_position(t, side)[0], preferred_ankle(t, side))[i], phase)
        return value, rate, 0.0
    return [(gap(TOE_OFF, 'ball', 0, i), gap(1.0, 'heel', 1, i)) for i in range(3)]


SWING_ENDS = {}


def ankle_position(phase, side):
    """For any phase; whole cycles are carried on along z."""
    cycle, p = divmod(phase, 1.0)
    if p < FLAT:
        a = planted_ankle(p, side, 'heel')
    elif p <= TOE_OFF:
        a = planted_ankle(p, side, 'ball')
    else:
        if side not in SWING_ENDS:
            SWING_ENDS[side] = swing_ends(side)
        s = (p - TOE_OFF) / (1 - TOE_OFF)
        hip = hip_position(p, side)[0]
        wanted = polar(hip, preferred_ankle(p, side))
        bend, forward, left = (v + quintic(s, *ends, 1 - TOE_OFF)
                               for v, ends in zip(wanted, SWING_ENDS[side]))
        bump = 64 * (s * (1 - s)) ** 3
        a = from_polar(hip, bend + KNEE_LIFT * bump, forward, left + side * WIDEN * bump)
    return (a[0], a[1], a[2] + STRIDE * cycle)


def toe_bend(phase):
    """Rotation of the toes against the foot: flat on the floor until toe-off, then relaxing."""
    p = phase % 1.0
    if p < FLAT:
        return 0.0
    def planted(t):
        return -pitch(t) - toe_roll(t)

    if p <= TOE_OFF:
        return planted(p)
    end = .80
    if p >= end:
        return 0.0
    v, r, a = derivatives(planted, TOE_OFF)
    return quintic((p - TOE_OFF) / (end - TOE_OFF), (v, r, a), (0.0, 0.0, 0.0), end - TOE_OFF)


def skeleton():
    j = [bvh.Joint('Hips', -1, (0, 0, 0)),
         bvh.Joint('Spine', 0, (0, 10, -1)), bvh.Joint('Spine1', 1, (0, 12, 0)),
         bvh.Joint('Spine2', 2, (0, 13, 0)), bvh.Joint('Neck', 3, (0, 16, 0)),
         bvh.Joint('Head', 4, (0, 9, 1.5), (0, 16.7, 0))]
    for side, name in ((1, 'Left'), (-1, 'Right')):
        s = len(j)
        j += [bvh.Joint(name + 'Shoulder', 3, (side * 4.0, 10, 0)),
              bvh.Joint(name + 'Arm', s, (side * 13.5, 0, -0.5)),
              bvh.Joint(name + 'ForeArm', s + 1, (side * 28.5, 0, 0)),
              bvh.Joint(name + 'Hand', s + 2, (side * 25.5, 0, 0), (side * 17.5, 0, 0))]
    for side, name in ((1, 'Left'), (-1, 'Right')):
        s = len(j)
        j += [bvh.Joint(name + 'UpLeg', 0, (side * HIP_HALF_WIDTH, -HIP_DROP, 0)),
              bvh.Joint(name + 'Leg', s, (0, -THIGH, 0)),
              bvh.Joint(name + 'Foot', s + 1, (0, -SHIN, 0)),
              bvh.Joint(name + 'ToeBase', s + 2, BALL, TOE_TIP)]
    return j


def leg(phase, side):
    """Local rotations of thigh, shin, foot and toes, and the knee's bend."""
    hip, turn = hip_position(phase, side)
    ankle = ankle_position(phase, side)
    facing = axis_angle('y', side * 0.5 * TOE_OUT)
    lateral = rotate(facing, (1, 0, 0))
    knee, bend, axis = two_segments(hip, ankle, THIGH, SHIN, lateral)
    thigh = hanging_frame_y_up(hip, knee, axis)
    shin = hanging_frame_y_up(knee, ankle, axis)
    foot = foot_rotation(phase, side)
    return ([mul(inverse(turn), thigh), mul(inverse(thigh), shin), mul(inverse(shin), foot),
             axis_angle('x', -toe_bend(phase))], bend)


def arm(phase, side):
    """Local rotations of shoulder, arm, forearm and hand; `phase` is that of the same side's leg."""
    flexion = math.radians(-4 - wave(phase, 13, .02))
    elbow = math.radians(26 - wave(phase, 11, .06))
    down = axis_angle('z', side * math.radians(-81))
    return [axis_angle('y', side * math.radians(wave(phase, 2, .02))),
            mul(axis_angle('x', -flexion), down, axis_angle('x', math.radians(12))),
            axis_angle('y', -side * elbow),
            axis_angle('z', -side * math.radians(6))]


def spine(phase, hips):
    """Local rotations of the chain from the pelvis to the head; the thorax turns against the
    pelvis and leans a little forward, the head stays steady."""
    thorax = mul(axis_angle('y', math.radians(-wave(phase, 3.5, .02))),
                 axis_angle('z', math.radians(wave(phase, 1.2, .20))),
                 axis_angle('x', math.radians(3.0)))
    head = axis_angle('y', math.radians(-wave(phase, 0.8, .02)))
    chain = [slerp(hips, thorax, 1 / 3), slerp(hips, thorax, 2 / 3), thorax,
             slerp(thorax, head, .5), head]
    return [mul(inverse(a), b) for a, b in zip([hips] + chain, chain)]


def frame(phase):
    """Root position and local rotations at a phase of the right leg."""
    pos, hips = pelvis(phase)
    rotations = [hips] + spine(phase, hips)
    rotations += arm(phase + 0.5, 1) + arm(phase, -1)
    for side in (1, -1):
        rotations += leg(phase + (0.5 if side > 0 else 0.0), side)[0]
    return pos, rotations


def main(path):
    frames = [frame(i / FRAMES_PER_CYCLE) for i in range(CYCLES * FRAMES_PER_CYCLE + 1)]
    with open(path, 'w', encoding='ascii', newline='\n') as f:
        f.write(bvh.text(skeleton(), frames, FPS))


if __name__ == '__main__':
    main(sys.argv[1] if len(sys.argv) > 1 else 'data/clips/walk.bvh')
