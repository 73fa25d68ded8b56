"""data/clips/humanoid_{run,hop,backflip,cartwheel,spinkick,dance}.h5, keyed by hand.

    python3 scripts/clips/skills.py [CLIP...]      (needs NumPy)
"""
import sys

import clip_file
import gait
from figure import DATA, Figure
from keyed import keyed
from solve import solve


def both(start, end, x, half_width, part, yaw=6):
    return [('right', start, end, x, -half_width, -yaw, part),
            ('left', start, end, x, half_width, yaw, part)]


def hop(figure):
    """Both feet, 0.75 m on; 0.30 s of flight."""
    keys = [(0.0, dict(x=-.06, z=.80, hip=36, knee=52, ankle=14, flex=25, elbow=40, pitch=6, bend=8)),
            (.12, dict(z=.72, hip=58, knee=82, ankle=24, flex=-30, elbow=30, pitch=12, bend=14)),
            (.34, dict(x=.20, z=.90, hip=4, knee=8, ankle=-30, flex=60, elbow=45, pitch=4, bend=0)),
            (.52, dict(z=.99, hip=44, knee=60, ankle=0, flex=75, elbow=60, pitch=2, bend=6))]
    plan = keyed(figure, .65, keys, both(0, .24, 0, .09, 'flat') + both(.24, .35, 0, .09, 'toes'),
                 travel=(.75, 0))
    plan.most_force = 3.5
    return plan


def backflip(figure):
    """Swing, jump, one tucked turn backwards in 0.65 s of flight, half a metre back."""
    keys = [(0.0, dict(x=.02, z=.86)),
            (.20, dict(z=.865, flex=70, elbow=20, hip=8, knee=12, ankle=4)),
            (.47, dict(x=-.08, z=.66, flex=-45, elbow=10, hip=88, knee=98, ankle=24, pitch=22,
                       bend=16, nod=-15)),
            (.72, dict(x=-.14, z=.88, flex=150, elbow=15, hip=8, knee=28, ankle=-24, pitch=-14,
                       bend=-14, nod=-25)),
            (.90, dict(z=1.30, flex=70, elbow=40, hip=80, knee=95, ankle=-20, pitch=-95, bend=20,
                       nod=-5)),
            (1.04, dict(z=1.35, flex=38, elbow=55, hip=118, knee=130, ankle=-15, pitch=-185, bend=38,
                       nod=10)),
            (1.16, dict(z=1.28, flex=40, elbow=45, hip=105, knee=110, ankle=-10, pitch=-255, bend=30,
                       nod=-10)),
            (1.36, dict(x=-.58, z=.80, flex=30, elbow=25, hip=50, knee=48, ankle=8, pitch=-338,
                       bend=18, nod=-10)),
            (1.55, dict(x=-.55, z=.68, flex=35, elbow=20, hip=82, knee=90, ankle=24, pitch=-338,
                       bend=16, nod=-5)),
            (2.0, dict(x=-.49, z=.86, flex=2, elbow=18, hip=9, knee=15, ankle=6, pitch=-358, bend=2,
                       nod=0))]
    feet = both(0, .60, 0, .1, 'flat') + both(.60, .72, 0, .1, 'toes') + both(1.36, 2.2, -.5, .1, 'flat')
    plan = keyed(figure, 2.2, keys, feet, travel=(-.5, 0), turns=dict(pitch=-360))
    return plan


def cartwheel(figure):
    """To the left: left foot, left hand, right hand, right foot, left foot; slow enough for hands that carry
    no more than they do in a gymnast's."""
    keys = [(0, dict(y=0, z=.80, spread=20, out=4, abd=75, elbow=8, hip=10, knee=18, ankle=8)),
            (0.50, dict(y=-.03, z=.79, roll=3, abd_l=150, abd_r=130, spread=20, side=4)),
            (1.01, dict(y=.34, z=.72, roll=-55, side=-32, abd=165, spread_r=42, spread_l=42, hip_r=4,
                       knee_r=5,
                       ankle_r=-20, hip_l=30, knee_l=30)),
            (1.33, dict(y=.72, z=.92, roll=-118, side=-25, spread=55, hip=5, knee=6, ankle=-25)),
            (1.63, dict(y=1.2, z=1.18, roll=-180, side=0, abd=165, spread=55)),
            (1.91, dict(y=1.68, z=.92, roll=-242, side=25, spread=55, hip=5, knee=6, ankle=-25)),
            (2.24, dict(y=2.06, z=.72, roll=-305, side=32, abd=160, spread_l=42, spread_r=42,
                       hip_l=4, knee_l=5,
                       ankle_l=-20, hip_r=30, knee_r=30)),
            (2.76, dict(y=2.43, z=.79, roll=-363, abd_r=150, abd_l=130, spread=20, side=-4, ankle=8))]
    feet = [('right', 0, 0.69, 0, -.30, -10, 'flat'), ('right', 0.69, 0.81, 0, -.30, -10, 'toes'),
            ('left', 0, 1.21, 0, .30, 10, 'flat'), ('left', 1.21, 1.33, 0, .30, 10, 'toes'),
            ('right', 1.91, 2.04, 0, 2.10, -10, 'toes'), ('right', 2.04, 3.25, 0, 2.10, -10, 'flat'),
            ('left', 2.44, 2.54, 0, 2.70, 10, 'toes'), ('left', 2.54, 3.25, 0, 2.70, 10, 'flat')]
    hands = [('left', 1.10, 1.91, .02, .97), ('right', 1.34, 2.12, .02, 1.43)]
    plan = keyed(figure, 3.25, keys, feet, hands, travel=(0, 2.4), turns=dict(roll=-360))
    plan.most_force = 1.6
    plan.joint_sigma[:] = .3
    plan.root_sigma[:3] = .08
    return plan


def spinkick(figure):
    """A jump that turns once to the left; the right leg kicks out level."""
    guard = dict(flex=30, abd=20, elbow=85)
    keys = [(0.0, dict(x=0, z=.82, hip=22, knee=38, ankle=16, yaw=0, roll=0, pitch=2, twist=0, **guard)),
            (.22, dict(z=.73, yaw=-32, twist=-30, hip_r=48, hip_l=44, knee=74, ankle=28, flex_r=-20,
                       flex_l=40,
                       abd=45, elbow=50, look=25)),
            (.47, dict(z=.91, yaw=52, twist=25, hip_l=6, hip_r=35, knee_l=10, knee_r=60, ankle=-22,
                       flex=40, abd=40,
                       elbow=80, look=30, roll=-2)),
            (.60, dict(z=1.04, yaw=150, twist=10, hip_r=85, spread_r=20, knee_r=95, hip_l=35,
                       knee_l=70, abd=30,
                       elbow=95, look=35, ankle_l=-10, pitch=-6, roll=-6)),
            (.72, dict(z=1.06, yaw=230, twist=0, hip_r=84, spread_r=40, knee_r=4, ankle_r=10,
                       hip_l=40, knee_l=75,
                       flex_r=-10, flex_l=30, abd=40, elbow=70, look=10, pitch=-16, roll=-12)),
            (.88, dict(z=.94, yaw=302, roll=0, hip_r=40, spread_r=25, knee_r=60, hip_l=20, knee_l=18,
                       ankle=0,
                       pitch=-4, look=0)),
            (1.06, dict(z=.74, yaw=338, hip=42, spread=6, knee=68, ankle=26, pitch=6)),
            (1.30, dict(z=.80, yaw=358, hip=26, knee=42, ankle=17, x=.29))]
    feet = [('right', 0, .36, -.02, -.11, -25, 'flat'), ('right', .36, .46, -.02, -.11, -25, 'toes'),
            ('left', 0, .38, .04, .11, 0, 'flat'), ('left', .38, .50, .04, .11, 0, 'toes'),
            ('left', .92, 1.5, .34, .11, 0, 'flat'), ('right', .97, 1.5, .28, -.11, -25, 'flat')]
    plan = keyed(figure, 1.5, keys, feet, travel=(.30, 0), turns=dict(yaw=360))
    plan.twist_sigma = 60.0  # feet apart can turn the body hard
    plan.ease[38:46] = .3  # the kick itself
    plan.most_force = 3.4
    return plan


def dance(figure):
    """Eight beats of half a second: step right and close, step left and close, sway wide with the
    arms up, a small jump."""
    keys = [(0.0, dict(y=0, z=.84, yaw=0, side=0, twist=0, look=0, abd=20, flex=15, elbow=70, hip=14,
                       knee=26, ankle=11)),
            (.25, dict(y=-.16, z=.82, yaw=-12, side=6, twist=-10, abd_r=75, abd_l=25, elbow_r=40,
                       elbow_l=90,
                       flex_l=40, flex_r=10, look=-20)),
            (.50, dict(y=-.36, z=.80, yaw=-18, side=-8, abd_r=95, elbow_r=20)),
            (.75, dict(y=-.38, z=.84, yaw=-8, twist=8, abd=40, flex=60, elbow=95, side=4, hip_l=30,
                       knee_l=60)),
            (1.0, dict(y=-.36, z=.82, yaw=4, look=0, side=0)),
            (1.25, dict(y=-.14, z=.82, yaw=14, side=-6, twist=10, abd_l=75, abd_r=25, elbow_l=40,
                       elbow_r=90,
                        flex_r=40, flex_l=10, look=20, hip_l=16, knee_l=28)),
            (1.50, dict(y=.10, z=.80, yaw=18, side=8, abd_l=95, elbow_l=20)),
            (1.75, dict(y=.13, z=.84, yaw=8, twist=-8, abd=40, flex=60, elbow=95, side=-4, hip_r=30,
                       knee_r=60)),
            (2.0, dict(y=.10, z=.83, yaw=0, look=0, side=0, twist=0, hip_r=14, knee_r=26)),
            (2.25, dict(y=-.08, z=.81, roll=5, side=-10, abd=140, flex=20, elbow=35)),
            (2.50, dict(y=-.10, z=.80, roll=6, side=-14, abd_r=165, abd_l=130, look=-12)),
            (2.75, dict(y=.10, z=.80, roll=-6, side=14, abd_r=130, abd_l=165, look=12)),
            (3.0, dict(y=.02, z=.71, roll=0, side=0, abd=50, flex=-25, elbow=40, hip=56, knee=82,
                       ankle=26, bend=14,
                       look=0)),
            (3.22, dict(z=.90, hip=2, knee=5, ankle=-28, flex=60, abd=120, elbow=20, bend=-4)),
            (3.34, dict(z=.98, hip=20, knee=40, abd=150, flex=20, bend=0)),
            (3.48, dict(z=.86, hip=16, knee=26, ankle=-5, abd=110, elbow=30)),
            (3.64, dict(z=.76, hip=46, knee=66, ankle=22, abd=35, flex=20, elbow=60, bend=10))]
    feet = [('right', 0, .06, 0, -.12, -8, 'flat'), ('right', .42, 1.56, 0, -.50, -14, 'flat'),
            ('right', 1.90, 2.06, 0, -.02, -8, 'flat'), ('right', 2.40, 3.12, 0, -.24, -14, 'flat'),
            ('right', 3.12, 3.22, 0, -.24, -14, 'toes'), ('right', 3.48, 4.0, 0, -.12, -8, 'flat'),
            ('left', 0, .56, 0, .12, 8, 'flat'), ('left', .90, 1.06, 0, -.26, 8, 'flat'),
            ('left', 1.42, 3.12, 0, .24, 14, 'flat'), ('left', 3.12, 3.22, 0, .24, 14, 'toes'),
            ('left', 3.48, 4.0, 0, .12, 8, 'flat')]
    return keyed(figure, 4.0, keys, feet, fps=30)


CLIPS = {'run': lambda f: gait.running(f, 3.0), 'hop': hop, 'backflip': backflip, 'cartwheel': cartwheel,
         'spinkick': spinkick, 'dance': dance}


def main(*wanted):
    figure = Figure('humanoid')
    for name, make in CLIPS.items():
        if wanted and name not in wanted:
            continue
        plan = make(figure)
        p, r, q, problem = solve(plan, iterations=80)
        print(f'{name}: {plan.frames + 1} frames at {plan.fps}: ', end='')
        clip_file.judge(problem, q)
        clip_file.write(DATA / 'clips' / f'humanoid_{name}.h5', figure, plan.fps, 'wrap',
                        *clip_file.unrolled(plan, p, r, q))


if __name__ == '__main__':
    main(*sys.argv[1:])
