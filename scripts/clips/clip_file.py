"""A solved clip: cycles in a row, judged, and written as a motion file."""
import os
import pathlib
import subprocess
import tempfile

import numpy as np

import robot_csv
from figure import about, quaternion
from solve import GRAVITY


def unrolled(plan, p, r, q, cycles=1):
    """`cycles` periods and the first frame of the next one."""
    yaw, shift = plan.travel
    ps, rs, qs = [], [], []
    turn, at = np.eye(3), np.zeros(3)
    for _ in range(cycles):
        ps.append(p @ turn.T + at)
        rs.append(turn @ r)
        qs.append(q)
        at = turn @ np.asarray(shift, float) + at
        turn = turn @ about('z', yaw)
    return (np.vstack(ps + [(turn @ p[0] + at)[None]]), np.concatenate(rs + [(turn @ r[0])[None]]),
            np.vstack(qs + [q[:1]]))


def write(path, figure, fps, loop, p, r, q):
    """`path` (.h5) by motion-convert, which is $MOTION_CONVERT, or else of the release build;
    `loop` is wrap or clamp."""
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    built = pathlib.Path(__file__).resolve().parents[2] / 'build/release/bin/motion-convert'
    with tempfile.TemporaryDirectory() as folder:
        csv = pathlib.Path(folder) / (path.stem + '.csv')
        rows = zip(p, quaternion(r), figure.dof_values(q))
        csv.write_text(robot_csv.text(figure.dofs, rows), encoding='ascii')
        subprocess.run([os.environ.get('MOTION_CONVERT', built), '-q', csv, '--skeleton', figure.name,
                        '--fps', str(fps), '--loop', loop, '-o', path.resolve()], check=True)


def judge(problem, q):
    """What is left of slide, floor, fall, spin and limits, as one line."""
    plan, s = problem.plan, problem.state
    x, air, fps = s['points'], problem.airborne, plan.fps
    both = plan.planted[:-1] & plan.planted[1:]
    slide = np.linalg.norm((x[1:] - x[:-1]), axis=2)[both].max(initial=0) * fps
    off = np.linalg.norm(x - plan.target, axis=2)[plan.planted].max(initial=0)
    low = (x[..., 2] - plan.height * (plan.height > .035)).min()
    words = f'slide {1e3 * slide:.1f} mm/s, off {1e3 * off:.2f} mm, lowest {1e3 * low:.1f} mm'
    if air.any():
        fall = np.abs(s['fall'][air]).max()
        rate = np.abs(s['rate'][air]).max()
        spin = s['spin'][:-1][air]
        words += (f', flight {air.sum() / fps:.2f} s: fall off by {fall:.3f} m/s2, moment {rate:.2f} Nm,'
                  f' L {spin.min(axis=0).round(2)}..{spin.max(axis=0).round(2)}')
    lim = plan.figure.limits
    over = max(np.max(q - lim[:, 1]), np.max(lim[:, 0] - q))
    fast = np.abs(np.diff(q, axis=0)).max(axis=0) * fps
    up = s['fall'][:, 2] / GRAVITY  # the floor's force in weights
    words += (f', limits {over:.3f} rad, fastest {plan.figure.dofs[int(fast.argmax())]} {fast.max():.1f}'
              f' rad/s, force {up[problem.inner].min():.2f}..{up[problem.inner].max():.2f} weights')
    print(words + f', bodies {1e3 * problem.nearest:.0f} mm apart')
