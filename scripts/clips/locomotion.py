"""data/clips/{humanoid,humanoid_sword_shield}_locomotion: walks, runs, turns and idling.

    python3 scripts/clips/locomotion.py [ROBOT [CLIP...]]      (needs NumPy)
"""
import sys

import clip_file
import gait
from figure import DATA, Figure
from solve import solve

# name: plan, cycles, wrap or clamp, weight in the dataset
CLIPS = {
    'idle': (lambda f: gait.standing(f), 1, 'wrap', 1),
    'walk_0.5': (lambda f: gait.walking(f, .5), 1, 'wrap', 2),
    'walk_0.9': (lambda f: gait.walking(f, .9), 1, 'wrap', 3),
    'walk_1.3': (lambda f: gait.walking(f, 1.3), 1, 'wrap', 3),
    'walk_1.8': (lambda f: gait.walking(f, 1.8), 1, 'wrap', 3),
    'run_2.5': (lambda f: gait.running(f, 2.5), 1, 'wrap', 3),
    'run_3.5': (lambda f: gait.running(f, 3.5), 1, 'wrap', 3),
    'run_4.5': (lambda f: gait.running(f, 4.5), 1, 'wrap', 3),
}
# a turn's repeats would snap back to the first heading: several cycles, once
for side, s in (('left', 1), ('right', -1)):
    CLIPS.update({
        f'turn_{side}': (lambda f, s=s: gait.walking(f, 0, .8 * s, width=.085), 3, 'clamp', 1),
        f'walk_0.7_{side}': (lambda f, s=s: gait.walking(f, .7, .7 * s, width=.07), 3, 'clamp', 1),
        f'walk_1.2_{side}': (lambda f, s=s: gait.walking(f, 1.2, .5 * s, width=.065), 4, 'clamp', 1),
        f'run_2.5_{side}': (lambda f, s=s: gait.running(f, 2.5, .7 * s), 3, 'clamp', 1),
        f'run_3.5_{side}': (lambda f, s=s: gait.running(f, 3.5, .5 * s), 3, 'clamp', 1),
    })


def main(robot='humanoid', *wanted):
    figure = Figure(robot)
    folder = DATA / 'clips' / f'{robot}_locomotion'
    for name, (make, cycles, loop, _) in CLIPS.items():
        if wanted and name not in wanted:
            continue
        plan = make(figure)
        p, r, q, problem = solve(plan, words=False)
        print(f'{robot} {name}: {plan.frames * cycles + 1} frames at {plan.fps}: ', end='', flush=True)
        clip_file.judge(problem, q)
        clip_file.write(folder / f'{name}.h5', figure, plan.fps, loop,
                        *clip_file.unrolled(plan, p, r, q, cycles))
    write_list(folder, folder.with_suffix('.yaml'), CLIPS)
    write_list(folder, folder.with_name(f'{robot}_walks.yaml'),
               [name for name in CLIPS if not name.startswith('run')])


def write_list(folder, path, names):
    with open(path, 'w', encoding='ascii', newline='\n') as f:
        f.write('# Written by scripts/clips/locomotion.py; weights are per clip.\nmotions:\n')
        for name in names:
            f.write(f'  - file: "data/clips/{folder.name}/{name}.h5"\n    weight: {CLIPS[name][3]:.1f}\n')


if __name__ == '__main__':
    main(*sys.argv[1:])
