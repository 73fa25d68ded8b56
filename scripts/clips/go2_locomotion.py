"""data/clips/go2_locomotion: the Go2 trotting at several speeds, aside and in turns, and standing.

    python3 scripts/clips/go2_locomotion.py            (needs motion-convert in the PATH)
"""
import math
import pathlib
import subprocess
import tempfile

from go2 import Gait

DATA = pathlib.Path(__file__).resolve().parents[2] / 'data'
DUTY = 13 / 24  # a whole number of frames: planted to the frame
PHASES = {'FL': 0.0, 'FR': 0.5, 'RL': 0.5, 'RR': 0.0}

# name: m/s ahead, m/s to the left, rad/s to the left, weight in the dataset
CLIPS = {'stand': (0, 0, 0, 1)}
for speed, weight in ((0.4, 2), (0.7, 3), (1.0, 3), (1.3, 2)):
    CLIPS[f'trot_{speed}'] = (speed, 0, 0, weight)
for name, sign in (('left', 1), ('right', -1)):
    CLIPS[f'aside_{name}'] = (0, 0.3 * sign, 0, 1)
    CLIPS[f'turn_{name}'] = (0, 0, 1.0 * sign, 1)
    CLIPS[f'trot_0.4_{name}'] = (0.4, 0, 0.8 * sign, 1)
    CLIPS[f'trot_0.8_{name}'] = (0.8, 0, 0.8 * sign, 1)
    CLIPS[f'trot_1.2_{name}'] = (1.2, 0, 0.5 * sign, 1)


def gait(speed, side, turn):
    if not (speed or side or turn):  # it breathes
        return Gait(frames=100, speed=0, duty=DUTY, phases=PHASES, height=0.300, track=0.13, lift=0,
                    sway=lambda p: 0.0, roll=lambda p: 0.0,
                    bob=lambda p: 0.004 * math.sin(2 * math.pi * p))
    # slow steps are low ones
    return Gait(frames=24, speed=speed, side=side, turn=turn, duty=DUTY, phases=PHASES, height=0.300,
                track=0.13, lift=0.04 + 0.015 * min(1.0, speed), sway=lambda p: 0.0,
                roll=lambda p: 0.0, bob=lambda p: -0.006 * math.cos(4 * math.pi * (p - DUTY / 2)))


def main():
    folder = DATA / 'clips' / 'go2_locomotion'
    folder.mkdir(exist_ok=True)
    rows = []
    for name, (speed, side, turn, weight) in CLIPS.items():
        with tempfile.TemporaryDirectory() as scratch:
            csv = pathlib.Path(scratch) / f'{name}.csv'
            # a turn's repeats would snap back to the first heading: several cycles, once
            gait(speed, side, turn).write(csv, cycles=6 if turn else 1)
            subprocess.run(['motion-convert', '-q', csv.name, '--skeleton', 'go2', '--fps', '50',
                            '--loop', 'clamp' if turn else 'wrap', '-o', folder / f'{name}.h5'],
                           check=True, cwd=scratch)
        rows.append(f'  - file: "data/clips/go2_locomotion/{name}.h5"\n    weight: {weight:.1f}\n')
    with open(f'{folder}.yaml', 'w', encoding='ascii', newline='\n') as f:
        f.write('# Written by scripts/clips/go2_locomotion.py; weights are per clip.\nmotions:\n')
        f.writelines(rows)


if __name__ == '__main__':
    main()
