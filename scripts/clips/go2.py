"""Gaits of the Unitree Go2 written foot first: planted feet stand still in the world, the body moves
above them, and each leg is solved in closed form.

World: x forward, y left, z up; m, s, rad. Measures of the robot: data/robots/go2.
"""
import math

import robot_csv
from curves import glide
from rotation import axis_angle, inverse, rotate, sub

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
    """One cycle of a gait in which every foot does the same at its own phase.

    phases: touch-down of each foot as a share of the cycle. duty: share of the cycle on the floor.
    sway, roll, bob: functions of the cycle's phase giving m, rad, m.
    """

    def __init__(self, frames, speed, duty, phases, height, track, lift, sway, roll, bob):
        self.frames, self.speed, self.duty, self.phases = frames, speed, duty, phases
        self.height, self.track, self.lift = height, track, lift
        self.sway, self.roll, self.bob = sway, roll, bob
        self.period = frames / FPS
        self.stride = speed * self.period

    def body(self, phase):
        return ((self.stride * phase, self.sway(phase), self.height + self.bob(phase)),
                axis_angle('x', self.roll(phase)))

    def foot(self, leg, phase):
        """World position of the foot's centre."""
        front, left = signs(leg)
        cycle, p = divmod(phase - self.phases[leg], 1.0)
        # in the middle of stance the feet lie around the centre of mass, a little behind the hips
        start = (self.stride * (cycle + self.phases[leg] + self.duty / 2) + front * HIP_X -
                 BEHIND)
        if p <= self.duty:
            return (start, left * self.track, FOOT_RADIUS)
        s = (p - self.duty) / (1 - self.duty)
        return (start + self.stride * glide(s), left * self.track,
                FOOT_RADIUS + self.lift * 64 * (s * (1 - s)) ** 3)

    def frame(self, phase):
        pos, rot = self.body(phase)
        dofs = []
        for leg in LEGS:
            dofs += solve_leg(leg, rotate(inverse(rot), sub(self.foot(leg, phase), pos)))
        return pos, rot, dofs

    def write(self, path):
        rows = [self.frame(i / self.frames) for i in range(self.frames + 1)]
        with open(path, 'w', encoding='ascii', newline='\n') as f:
            f.write(robot_csv.text(DOFS, rows))
