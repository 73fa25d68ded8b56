"""Plans of single skills, keyed by hand: joint angles at times, and what stands where when.

Channels, in degrees but x, y, z (m): the root's x y z yaw pitch roll (pitch forward, roll to the
right; turned as yaw, then pitch, then roll), bend side twist of the trunk, nod look of the head, and
of each side (suffix _r, _l; without it both): hip knee ankle (flexion), spread and out of the leg,
flex abd twist_arm elbow of the arm. A channel runs smoothly and without overshoot through its keys.
"""
import numpy as np

from figure import about
from gait import arm, loosen_legs, set_pose
from solve import Plan

PAIRED = ('hip', 'knee', 'ankle', 'spread', 'out', 'flex', 'abd', 'twist_arm', 'elbow')
REST = dict(x=0, y=0, z=.86, yaw=0, pitch=2, roll=0, bend=2, side=0, twist=0, nod=0, look=0)
REST.update({f'{c}_{s}': v for s in 'rl' for c, v in zip(PAIRED, (9, 15, 6, 2, 6, 2, 9, 5, 18))})


def smooth(times, values, t):
    """Monotone cubic interpolation (Fritsch and Carlson) of keys, at times `t`."""
    h, slope = np.diff(times), np.diff(values) / np.diff(times)
    rate = np.zeros(len(times))
    same = slope[1:] * slope[:-1] > 0
    a, b = h[1:] + 2 * h[:-1], 2 * h[1:] + h[:-1]
    with np.errstate(divide='ignore', invalid='ignore'):
        rate[1:-1] = np.where(same, (a + b) / (a / slope[1:] + b / slope[:-1]), 0)
    i = np.clip(np.searchsorted(times, t, side='right') - 1, 0, len(h) - 1)
    s = (t - times[i]) / h[i]
    return ((1 + 2 * s) * (1 - s) ** 2 * values[i] + s * (1 - s) ** 2 * h[i] * rate[i] +
            s * s * (3 - 2 * s) * values[i + 1] - s * s * (1 - s) * h[i] * rate[i + 1])


def channels(keys, seconds, t, travel, turns):
    """Each channel at times `t`; the keys repeat after `seconds`, carried on by travel and turns."""
    drift = dict(zip(('x', 'y'), travel))
    drift.update(turns)
    tracks = {}
    for time, values in keys:
        for name, v in values.items():
            for full in ([f'{name}_r', f'{name}_l'] if name in PAIRED else [name]):
                if full not in REST:
                    raise ValueError(f'no channel {full}')
                tracks.setdefault(full, {})[time] = v
    out = {}
    for name, rest in REST.items():
        track = tracks.get(name, {0.0: rest})
        times = np.array(sorted(track))
        values = np.array([track[k] for k in times], float)
        step = drift.get(name, 0)
        out[name] = smooth(np.concatenate([times - 2 * seconds, times - seconds, times, times + seconds,
                                           times + 2 * seconds]),
                           np.concatenate([values + k * step for k in (-2, -1, 0, 1, 2)]), t)
    return out


def keyed(figure, seconds, keys, feet, hands=(), travel=(0, 0), turns=None, fps=60):
    """`feet`: (side, from, to, x, y, yaw in degrees, part); `hands`: (side, from, to, x, y).
    `turns`: whole turns of yaw, pitch or roll in one period, degrees."""
    frames = round(seconds * fps)
    c = channels(keys, seconds, np.arange(frames) / fps, travel, turns or {})
    p = np.stack([c['x'], c['y'], c['z']], axis=1)
    d = {k: np.radians(v) for k, v in c.items()}
    r = about('z', d['yaw']) @ about('y', d['pitch']) @ about('x', d['roll'])
    q = np.zeros((frames, len(figure.dofs)))
    for k in range(frames):
        g = {name: v[k] for name, v in d.items()}
        set_pose(figure, q[k], abdomen=(g['side'], g['bend'], g['twist']), neck=(0, g['nod'], g['look']))
        for side, s, sign in (('right', '_r', -1), ('left', '_l', 1)):
            set_pose(figure, q[k], **{
                side + '_hip': (sign * g['spread' + s], -g['hip' + s], sign * g['out' + s]),
                side + '_knee': g['knee' + s], side + '_ankle_y': -g['ankle' + s]})
            arm(figure, q[k], side, g['abd' + s], g['twist_arm' + s], g['flex' + s], g['elbow' + s])
    plan = Plan(figure, fps, p, r, q, (0.0, (travel[0], travel[1], 0)))
    loosen_legs(plan)
    for side, start, end, x, y, yaw, part in feet:
        for k in range(frames):
            for turn in (-1, 0, 1):
                if start - 1e-9 <= k / fps + turn * seconds < end - 1e-9:
                    plan.plant_foot(k, side, (x - turn * travel[0], y - turn * travel[1],
                                              np.radians(yaw)), part)
    for side, start, end, x, y in hands:
        for k in range(frames):
            if start - 1e-9 <= k / fps < end - 1e-9:
                plan.plant(k, side + '_hand', (x, y, .04))
    return plan
