"""Gaits of the Unitree Go2 written foot first: planted feet stand still in the world, the body moves
above them, and each leg is solved in closed form.

World: x forward, y left, z up; m, s, rad. Measures of the robot: data/robots/go2.
"""
import math

import robot_csv
from curves import glide
from rotation import axis_angle, inverse, mul, rotate, sub

FPS = 50
LEGS = ('FL', 'FR', 'RL', 'RR')
HIP_X, HIP_Y = 0.1934, 0.0465
ABDUCTION, THIGH, CALF = 0.0955, 0.213, 0.213
FOOT_RADIUS = 0.022
BEHIND = 0.01
LIMITS = {'hip': (-1.0472, 1.0472), 'thigh_F': (-1.5708, 3.4907), 'thigh_R': (-0.5236, 4.5379),
          'calf': (-2.7227, -0.83776)}
DOFS = [f'{leg}_{part}_joint' for leg in LEGS for part in ('hip', 'thigh', 'calf')]


def signs(leg):
    """(+1 front / -1 rear, +1 left / -1 right)."""
    return (1 if leg[0] == 'F' else -1, 1 if leg[1] == 'L' else -1)


def solve_leg(leg, foot):
    """Hip, thigh and calf angles for the foot's centre in the frame of the base."""
    front, left = signs(leg)
    x, y, z = sub(foot, (front * HIP_X, left * HIP_Y, 0.0))
    down = -math.sqrt(y * y + z * z - ABDUCTION * ABDUCTION)
    hip = math.atan2(z, y) - math.atan2(down, left * ABDUCTION)
    hip = math.remainder(hip, 2 * math.pi)
    r2 = x * x + down * down
    bend = math.pi - math.acos((THIGH ** 2 + CALF ** 2 - r2) / (2 * THIGH * CALF))
    angles = (hip, bend / 2 + math.atan2(-x, -down), -bend)
    for value, key in zip(angles, ('hip', 'thigh_' + leg[0], 'calf')):
        lo, hi = LIMITS[key]
        if not lo < value < hi:
            raise ValueError(f'{leg} {key}: {value:.3f} outside {lo} {hi}')
    return angles


class Gait:
    """A gait in which every foot does the same at its own phase of the cycle.

    speed: m/s ahead. side: m/s to the left. turn: rad/s to the left; the body goes along an arc.
    phases: touch-down of each foot as a share of the cycle. duty: share of the cycle on the floor.
    sway, roll, bob: functions of the cycle's phase giving m, rad, m.
    """

    def __init__(self, frames, speed, duty, phases, height, track, lift, sway, roll, bob, side=0.0,
                 turn=0.0):
        self.frames, self.speed, self.duty, self.phases = frames, speed, duty, phases
        self.height, self.track, self.lift = height, track, lift
        self.sway, self.roll, self.bob = sway, roll, bob
        self.side, self.turn = side, turn
        self.period = frames / FPS

    def path(self, phase):
        """Where the body would be without sway, and its heading."""
        t = phase * self.period
        heading = self.turn * t
        if self.turn == 0:
            return self.speed * t, self.side * t, heading
        s, c = math.sin(heading), 1 - math.cos(heading)
        return ((self.speed * s - self.side * c) / self.turn,
                (self.speed * c + self.side * s) / self.turn, heading)

    def at(self, phase, x, y):
        """A point of the body's own horizontal frame on its path, in the world."""
        px, py, heading = self.path(phase)
        s, c = math.sin(heading), math.cos(heading)
        return px + c * x - s * y, py + s * x + c * y

    def body(self, phase):
        x, y = self.at(phase, 0.0, self.sway(phase))
        return ((x, y, self.height + self.bob(phase)),
                mul(axis_angle('z', self.path(phase)[2]), axis_angle('x', self.roll(phase))))

    def plant(self, leg, cycle):
        """Where the foot stands: in the middle of stance it lies at its place beside the body."""
        front, left = signs(leg)
        # the feet lie around the centre of mass, a little behind the hips
        return self.at(cycle + self.phases[leg] + self.duty / 2, front * HIP_X - BEHIND,
                       left * self.track)

    def foot(self, leg, phase):
        """World position of the foot's centre."""
        cycle, p = divmod(phase - self.phases[leg], 1.0)
        x, y = self.plant(leg, cycle)
        if p <= self.duty:
            return x, y, FOOT_RADIUS
        s = (p - self.duty) / (1 - self.duty)
        to_x, to_y = self.plant(leg, cycle + 1)
        along = glide(s)
        return (x + along * (to_x - x), y + along * (to_y - y),
                FOOT_RADIUS + self.lift * 64 * (s * (1 - s)) ** 3)

    def frame(self, phase):
        pos, rot = self.body(phase)
        dofs = []
        for leg in LEGS:
            dofs += solve_leg(leg, rotate(inverse(rot), sub(self.foot(leg, phase), pos)))
        return pos, rot, dofs

    def write(self, path, cycles=1):
        rows = [self.frame(i / self.frames) for i in range(cycles * self.frames + 1)]
        with open(path, 'w', encoding='ascii', newline='\n') as f:
            f.write(robot_csv.text(DOFS, rows))
