"""data/clips/humanoid_spinkick.csv: wind up, jump, turn once to the left with the right leg kicking
at chest height, land on the left foot, recover; 1.43 s, 60 frames a second.

Planted feet are fixed in the world and the legs solved for them. Free legs follow splines through
keyed angles that take over value and rate of the planted phases on both sides. In flight the root is
where the centre of mass of the pose follows a parabola under 9.81 m/s2; on the ground it follows
splines that meet that flight with equal velocity. The rates at take-off and landing depend on each
other, so they are found by a few rounds of substitution.
"""
import math
import sys

import humanoid
import robot_csv
from curves import Spline, ease
from humanoid import TOE_EDGE, centre_of_mass, dof_values, solve_leg
from rotation import add, axis_angle, mul, rotate, sub

FPS, FRAMES = 60, 86
END = FRAMES / FPS
RIGHT_OFF, TAKE_OFF, LAND, RIGHT_ON = 25 / FPS, 30 / FPS, 53 / FPS, 61 / FPS
GRAVITY = 9.81
TRAVEL = (0.30, 0.0, 0.0)
ROOT = {'take_off': (0.13, 0.07, 0.868), 'land': (0.36, 0.06, 0.80)}
# where the ankles stand: x, y, yaw
STAND = {'left': (0.10, 0.13, math.radians(14)), 'right': (-0.16, -0.14, math.radians(-22))}


def keys(*rows):
    """(time, degrees) rows as a spline in rad that rests at both ends."""
    return Spline([(t, math.radians(v)) for t, v in rows], ends=(0.0, 0.0))


# faster before and after the leg is out, as the spin of a body with a constant momentum is
YAW = keys((0, 0), (.21, -32), (.36, -4), (TAKE_OFF, 62), (.55, 99), (.60, 136), (.65, 168), (.70, 195),
           (.75, 221), (.80, 250), (LAND, 306), (.98, 352), (1.12, 374), (END, 360))
PITCH = keys((0, 4), (.25, 16), (TAKE_OFF, 2), (.70, -24), (LAND, 4), (1.03, 16), (END, 4))
ROLL = keys((0, 0), (.25, 4), (TAKE_OFF, -4), (.70, -16), (LAND, -6), (1.05, 0), (END, 0))

# upper body: joint -> one spline an axis, deg
UPPER = {
    'abdomen': (keys((0, 0), (.70, -6), (END, 0)),
                keys((0, 8), (.25, 22), (TAKE_OFF, 4), (.70, -6), (LAND, 12), (1.03, 24), (END, 8)),
                keys((0, 0), (.21, -32), (.44, 24), (.62, 30), (.74, -14), (LAND, 12), (1.05, 10),
                     (END, 0))),
    'neck': (keys((0, 0), (END, 0)),
             keys((0, 0), (.25, -10), (.70, 12), (1.03, -10), (END, 0)),
             keys((0, 0), (.21, 32), (.44, -4), (.58, 30), (.80, 26), (1.0, -12), (END, 0))),
    'right_shoulder': (keys((0, 66), (.25, 58), (.46, 52), (.70, 40), (LAND, 40), (1.05, 60),
                            (END, 66)),
                       keys((0, 0), (END, 0)),
                       keys((0, 34), (.25, -10), (.46, 66), (.70, -42), (LAND, 8), (1.05, 40),
                            (END, 34))),
    'right_elbow': (keys((0, 105), (.25, 70), (.46, 95), (.70, 35), (LAND, 60), (1.05, 95),
                         (END, 105)),),
    'left_shoulder': (keys((0, -62), (.25, -58), (.46, -46), (.70, -62), (LAND, -40), (1.05, -56),
                           (END, -62)),
                      keys((0, 0), (END, 0)),
                      keys((0, -40), (.25, -74), (.46, 12), (.70, -52), (LAND, -30), (1.05, -36),
                           (END, -40))),
    'left_elbow': (keys((0, -100), (.25, -85), (.46, -60), (.70, -118), (LAND, -70), (1.05, -92),
                        (END, -100)),)}

# free legs: keys of hip x y z, knee, ankle x y z between leaving and landing, deg
FREE = {
    'right': ((.53, (-14, -56, 0, 92, 0, 18, 0)),
              (.61, (-32, -78, 0, 104, 0, 24, 0)),
              (.68, (-40, -83, -4, 26, 0, 30, 0)),
              (.72, (-40, -83, -4, 6, 0, 32, 0)),
              (.79, (-34, -74, 0, 46, 0, 22, 0)),
              (.87, (-22, -60, -6, 92, 0, 4, 0)),
              (.95, (-16, -60, -14, 94, 2, -16, 4))),
    'left': ((.58, (8, -20, 0, 52, 0, 24, 0)),
             (.68, (10, -38, 0, 84, 0, 16, 0)),
             (.79, (4, -44, -12, 72, 0, -2, 0)),
             (.85, (18, -36, 22, 66, -4, -14, 14)))}
PHASES = {'left': (TAKE_OFF, LAND), 'right': (RIGHT_OFF, RIGHT_ON)}


def root_rotation(t):
    return mul(axis_angle('z', YAW(t)), axis_angle('y', PITCH(t)), axis_angle('x', ROLL(t)))


def heel_rise(side, t):
    """Pitch of a planted foot about its toe edge: up before it leaves, down after it lands."""
    off, on = PHASES[side]
    if t <= off:
        return math.radians(34) * ease((t - off + .13) / .13)
    return math.radians(20) * (1 - ease((t - on) / .10))


def planted(side, t):
    """Ankle position and foot rotation while the foot stands."""
    x, y, yaw = STAND[side]
    start = (x, y, 0.05)
    if t > PHASES[side][0]:
        start = add(start, TRAVEL)
    turn = axis_angle('z', yaw)
    edge = add(start, rotate(turn, TOE_EDGE))
    foot = mul(turn, axis_angle('y', heel_rise(side, t)))
    return sub(edge, rotate(foot, TOE_EDGE)), foot


class Motion:
    def __init__(self):
        self.rate = {'take_off': (0.6, 0.0, 1.6), 'land': (0.6, 0.0, -1.6)}
        for _ in range(12):
            self.build()
            self.rate = {'take_off': self.root_rate(TAKE_OFF, +1), 'land': self.root_rate(LAND, -1)}
        self.build()

    def build(self):
        start, finish = (-0.03, 0.0, 0.800), add((-0.03, 0.0, 0.800), TRAVEL)
        before = ((.12, (-.05, -.02, .785)), (.27, (-.05, -.03, .715)), (.40, (.04, .03, .745)))
        after = ((.98, (.385, .035, .715)), (1.08, (.36, .015, .70)), (1.25, (.30, .0, .765)))
        self.ground = []
        for axis in range(3):
            a = [(0.0, start[axis])] + [(t, p[axis]) for t, p in before]
            a.append((TAKE_OFF, ROOT['take_off'][axis]))
            b = [(LAND, ROOT['land'][axis])] + [(t, p[axis]) for t, p in after]
            b.append((END, finish[axis]))
            self.ground.append((Spline(a, ends=(0.0, self.rate['take_off'][axis])),
                                Spline(b, ends=(self.rate['land'][axis], 0.0))))
        self.free = {}
        for side, (off, on) in PHASES.items():
            h = 1e-3
            splines = []
            for i in range(7):
                a0, a1 = self.planted_leg(side, off - h)[i], self.planted_leg(side, off)[i]
                b0, b1 = self.planted_leg(side, on)[i], self.planted_leg(side, on + h)[i]
                k = [(off, a1)] + [(t, math.radians(v[i])) for t, v in FREE[side]] + [(on, b0)]
                splines.append(Spline(k, ends=((a1 - a0) / h, (b1 - b0) / h)))
            self.free[side] = splines
        self.com = {e: add(ROOT[e], centre_of_mass(root_rotation(t), self.pose(t)))
                    for e, t in (('take_off', TAKE_OFF), ('land', LAND))}

    def root(self, t):
        if t <= TAKE_OFF or t >= LAND:
            return tuple(g[0](t) if t <= TAKE_OFF else g[1](t) for g in self.ground)
        return sub(self.parabola(t), centre_of_mass(root_rotation(t), self.pose(t)))

    def parabola(self, t):
        a, b, span, s = self.com['take_off'], self.com['land'], LAND - TAKE_OFF, t - TAKE_OFF
        line = [p + (q - p) * s / span for p, q in zip(a, b)]
        return (line[0], line[1], line[2] + 0.5 * GRAVITY * s * (span - s))

    def root_rate(self, t, direction):
        h = 1e-3 * direction
        return tuple((b - a) / h for a, b in zip(ROOT['take_off' if direction > 0 else 'land'],
                                                 self.root(t + h)))

    def planted_leg(self, side, t):
        return solve_leg(side, self.root(t), root_rotation(t), *planted(side, t))

    def leg(self, side, t):
        off, on = PHASES[side]
        return tuple(f(t) for f in self.free[side]) if off < t < on else self.planted_leg(side, t)

    def pose(self, t):
        pose = {name: tuple(f(t) for f in curves) for name, curves in UPPER.items()}
        for side in ('right', 'left'):
            a = self.leg(side, t)
            pose[side + '_hip'], pose[side + '_knee'] = a[:3], a[3:4]
            pose[side + '_ankle'] = a[4:]
        return pose

    def frame(self, i):
        t = i / FPS
        return self.root(t), root_rotation(t), dof_values(self.pose(t))


def main(path):
    motion = Motion()
    rows = [motion.frame(i) for i in range(FRAMES + 1)]
    rows[-1] = (add(rows[0][0], TRAVEL),) + rows[0][1:]  # equal but for rounding
    with open(path, 'w', encoding='ascii', newline='\n') as f:
        f.write(robot_csv.text(humanoid.DOFS, rows))


if __name__ == '__main__':
    main(sys.argv[1] if len(sys.argv) > 1 else 'data/clips/humanoid_spinkick.csv')
