"""Plans of walking, running, turning and standing: preferred curves and footprints along a path.

Curves are typical adult values (Perry and Burnfield, Gait Analysis; Winter, Biomechanics and Motor
Control of Human Gait), scaled by stride; phase 0 is the strike of the leg in question. The path is a
line, an arc or a point; one cycle carries it on by the stride and by the turn.
"""
import math

import numpy as np

from curves import Spline
from figure import about
from solve import Plan

PHASES = (0, .05, .10, .15, .20, .30, .40, .50, .55, .60, .65, .70, .75, .80, .85, .90, .95)
WALK = dict(hip=(30, 28, 24, 20, 15, 4, -5, -10, -9, -4, 5, 14, 22, 28, 31, 32, 31),
            knee=(5, 11, 16, 18, 16, 9, 5, 9, 18, 35, 52, 61, 60, 48, 31, 14, 4),
            ankle=(0, -5, -3, 0, 3, 7, 10, 7, -4, -17, -16, -9, -3, 0, 2, 2, 1))
RUN_PHASES = (0, .08, .16, .26, .36, .46, .56, .66, .76, .86, .94)
RUN = dict(hip=(36, 32, 22, 4, -12, -6, 14, 38, 52, 52, 42),
           knee=(18, 36, 42, 34, 18, 48, 88, 104, 84, 42, 16),
           ankle=(4, 14, 20, 8, -24, -22, -8, 0, 4, 4, 4))


class Path:
    """Where the body is after `s` cycles: x, y, yaw."""

    def __init__(self, stride, turn):
        self.stride, self.turn = stride, turn

    def __call__(self, s):
        a = self.turn * s
        if abs(self.turn) < 1e-9:
            return np.array([self.stride * s, 0, 0])
        r = self.stride / self.turn
        return np.array([r * math.sin(a), r * (1 - math.cos(a)), a])

    def place(self, s, forward, left, yaw=0.0):
        x, y, a = self(s)
        return np.array([x + forward * math.cos(a) - left * math.sin(a),
                         y + forward * math.sin(a) + left * math.cos(a), a + yaw])


def set_pose(figure, q, **values):
    """Hinges by name, rad; a name without side or axis as in `abdomen=(x, y, z)`."""
    for name, value in values.items():
        if np.ndim(value) > 0 and len(value) == 3:
            for axis, v in zip('xyz', value):
                q[figure.dof(f'{name}_{axis}')] = v
        else:
            q[figure.dof(name)] = value


def arm(figure, q, side, abduction, twist, flexion, elbow):
    """Upper arm hanging at 0; `abduction` outwards, `flexion` forward, the elbow's bend, rad."""
    s = 1 if side == 'right' else -1
    set_pose(figure, q, **{side + '_shoulder': (s * (math.pi / 2 - abduction), twist, s * flexion),
                           side + '_elbow': s * elbow})


def free_arms(figure, q, phase, swing, elbow, elbow_swing):
    """Arms that swing against the legs; `phase` is the right leg's."""
    for side, lag in (('right', 0.0), ('left', .5)):
        wave = math.cos(2 * math.pi * (phase + lag - .02))  # the arm is back when its leg strikes
        arm(figure, q, side, math.radians(9), math.radians(6), -swing * wave - math.radians(2),
            elbow - elbow_swing * wave)


def guard_arms(figure, q, phase, swing):
    """Sword before the body and pointing up, shield before the chest; they sway little."""
    wave = math.cos(2 * math.pi * phase)
    arm(figure, q, 'right', .4, -.1, .3 - .3 * swing * wave, 1.25)
    set_pose(figure, q, right_hand=(-.2, .2, 0))
    arm(figure, q, 'left', .3, 1.0, .5 + .2 * swing * wave, 1.4)


def figure_arms(figure, q, phase, swing, elbow, elbow_swing):
    if 'right_hand_x' in figure.dofs:
        guard_arms(figure, q, phase, swing)
    else:
        free_arms(figure, q, phase, swing, elbow, elbow_swing)


def loosen_legs(plan, sigma=.25):
    for i, name in enumerate(plan.figure.dofs):
        if 'hip' in name or 'knee' in name:
            plan.joint_sigma[i] = sigma
        elif 'abdomen' in name or 'neck' in name:
            plan.joint_sigma[i] = .06
        elif 'hand' in name:
            plan.joint_sigma[i] = .05


def walking(figure, speed, turn_rate=0.0, fps=30, width=.055):
    """A walk at `speed` m/s that turns at `turn_rate` rad/s; speed 0 steps on the spot."""
    # steps as long as .0058 m times their number a minute, the walk ratio of this leg length
    cycle = min(1.3, max(.9, 2 * math.sqrt(60 * .0058 / max(speed, .1))))
    frames = round(cycle * fps)
    cycle = frames / fps
    path = Path(speed * cycle, turn_rate * cycle)
    stride = path.stride
    brisk = min(1.2, stride / 1.34)
    off = .63 - .03 * (speed - 1.0) if speed > .3 else .62
    flat, rise = .08, .36
    if brisk < .5:
        flat, rise = 0.0, off - .1
    hip = Spline([(t, math.radians(10 + brisk * (v - 10))) for t, v in zip(PHASES, WALK['hip'])])
    lift = .45 + .55 * min(1, brisk)
    knee = Spline([(t, math.radians(v * (lift if t > .5 else 1))) for t, v in zip(PHASES, WALK['knee'])])
    ankle = Spline([(t, math.radians(v * brisk)) for t, v in zip(PHASES, WALK['ankle'])])
    ahead = stride * off / 2 - .03
    p, r, q = np.zeros((frames, 3)), np.zeros((frames, 3, 3)), np.zeros((frames, len(figure.dofs)))
    lean, lean_in = math.radians(2 + 2 * brisk), speed * turn_rate / 9.81  # forward, into the turn
    for k in range(frames):
        phase = k / frames
        w = 2 * math.pi * phase
        x, y, a = path(phase)
        sway = -.020 * math.cos(w - 2 * math.pi * .31)
        side = sway + .86 * lean_in
        p[k] = (x - side * math.sin(a), y + side * math.cos(a),
                .856 - .02 * brisk ** 2 - .018 * brisk * math.cos(2 * w - .5))
        r[k] = (about('z', a + math.radians(4.5) * brisk * math.cos(w)) @ about('x', -lean_in) @
                about('x', math.radians(-3) * brisk * math.cos(w - .4)) @ about('y', math.radians(3)))
        set_pose(figure, q[k], abdomen=(math.radians(3) * brisk * math.cos(w - .4), lean - .05,
                                        math.radians(-8) * brisk * math.cos(w)),
                 neck=(0, -.02, math.radians(3) * brisk * math.cos(w)))
        figure_arms(figure, q[k], phase, math.radians(4 + 17 * brisk), math.radians(20 + 12 * brisk),
                    math.radians(12) * brisk)
        for side, u in (('right', phase), ('left', (phase + .5) % 1)):
            out = 1 if side == 'left' else -1
            set_pose(figure, q[k], **{side + '_hip_y': -hip(u) + .05, side + '_knee': knee(u),
                                      side + '_ankle_y': -ankle(u), side + '_hip_z': out * .08})
    plan = Plan(figure, fps, p, r, q, (path.turn, path(1)[:2].tolist() + [0]))
    plan.most_force = 1.8
    loosen_legs(plan)
    plant_cycle(plan, path, ahead, width, math.radians(6), flat, rise, off)
    clear_swing(plan, off, .018)
    return plan


def plant_cycle(plan, path, ahead, width, toe_out, flat, rise, off):
    """Footprints of one cycle: heel until `flat`, flat until `rise`, toes until `off`."""
    for k in range(plan.frames):
        for side, lag, out in (('right', 0.0, -1), ('left', .5, 1)):
            phase = k / plan.frames
            u = (phase + lag) % 1
            if u > off:
                continue
            # the body stands at path(phase); the strike was u cycles ago
            place = path.place(phase - u, ahead, out * width, out * toe_out)
            middle = path.place(phase - u + off / 2, 0, out * width, out * toe_out)
            place = np.array([place[0], place[1], (place[2] + middle[2]) / 2]) if path.stride else middle
            plan.plant_foot(k, side, place, 'heel' if u < flat else 'flat' if u < rise else 'toes')


def clear_swing(plan, off, height):
    """Soles pass `height` above the floor in mid swing."""
    for k in range(plan.frames):
        for side, lag in (('right', 0.0), ('left', .5)):
            u = (k / plan.frames + lag) % 1
            if u > off:
                s = (u - off) / (1 - off)
                for i in range(4):
                    name = plan.names.index(f'{side}_sole{i}')
                    plan.height[k, name] = height * min(1, 16 * (s * (1 - s)) ** 2 * 1.2)


def running(figure, speed, turn_rate=0.0, fps=60, width=.03):
    """A run at `speed` m/s with flight between the steps."""
    cycle = .78 - .035 * speed
    frames = 2 * round(cycle * fps / 2)
    cycle = frames / fps
    path = Path(speed * cycle, turn_rate * cycle)
    stance = round(frames * (.42 - .035 * speed))
    off = (stance + .5) / frames
    rise = .5 * off
    brisk = min(1.25, .55 + .15 * speed)
    hip = Spline([(t, math.radians(16 + brisk * (v - 16))) for t, v in zip(RUN_PHASES, RUN['hip'])])
    knee = Spline([(t, math.radians(v * brisk if t > .4 else v))
                   for t, v in zip(RUN_PHASES, RUN['knee'])])
    ankle = Spline([(t, math.radians(v)) for t, v in zip(RUN_PHASES, RUN['ankle'])])
    ahead = path.stride * off / 2 - .04
    p, r, q = np.zeros((frames, 3)), np.zeros((frames, 3, 3)), np.zeros((frames, len(figure.dofs)))
    lean_in = speed * turn_rate / 9.81
    for k in range(frames):
        phase = k / frames
        w = 2 * math.pi * phase
        x, y, a = path(phase)
        p[k] = (x - .86 * lean_in * math.sin(a), y + .86 * lean_in * math.cos(a),
                .845 - .035 * math.cos(2 * (w - math.pi * off)))
        r[k] = (about('z', a + math.radians(6) * math.cos(w)) @ about('x', -lean_in) @
                about('y', math.radians(5)))
        set_pose(figure, q[k], abdomen=(0, math.radians(6), math.radians(-14) * math.cos(w)),
                 neck=(0, math.radians(-8), math.radians(8) * math.cos(w)))
        figure_arms(figure, q[k], phase, math.radians(18 + 8 * brisk), math.radians(85), math.radians(12))
        for side, u in (('right', phase), ('left', (phase + .5) % 1)):
            out = 1 if side == 'left' else -1
            set_pose(figure, q[k], **{side + '_hip_y': -hip(u), side + '_knee': knee(u),
                                      side + '_ankle_y': -ankle(u), side + '_hip_z': out * .03})
    plan = Plan(figure, fps, p, r, q, (path.turn, path(1)[:2].tolist() + [0]))
    plan.most_force = 2.6 + .15 * speed
    loosen_legs(plan)
    plant_cycle(plan, path, ahead, width, math.radians(3), 0, rise, off)
    clear_swing(plan, off, .03)
    return plan


def standing(figure, seconds=4.0, fps=30):
    """Idle: weight from one foot to the other, breathing, a look around."""
    frames = round(seconds * fps)
    p, r, q = np.zeros((frames, 3)), np.zeros((frames, 3, 3)), np.zeros((frames, len(figure.dofs)))
    for k in range(frames):
        w = 2 * math.pi * k / frames
        p[k] = (.045 + .004 * math.sin(2 * w), .018 * math.sin(w), .862 + .003 * math.cos(2 * w))
        r[k] = about('z', .03 * math.sin(w + .5)) @ about('y', .03)
        set_pose(figure, q[k], abdomen=(-.03 * math.sin(w), .02 + .015 * math.sin(2 * w),
                                        -.04 * math.sin(w)),
                 neck=(0, 0, .25 * math.sin(w + 1)))
        figure_arms(figure, q[k], k / frames, .04, math.radians(18), .03)
        for side, out in (('right', -1), ('left', 1)):
            set_pose(figure, q[k], **{side + '_hip_y': -.15, side + '_knee': .25, side + '_ankle_y': -.12,
                                      side + '_hip_z': out * .1})
    plan = Plan(figure, fps, p, r, q, (0.0, (0, 0, 0)))
    loosen_legs(plan)
    for k in range(frames):
        for side, out in (('right', -1), ('left', 1)):
            plan.plant_foot(k, side, (0, out * .1, out * .14), 'flat')
    return plan
