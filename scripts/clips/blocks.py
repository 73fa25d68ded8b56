"""Solves H x = b for a symmetric positive H whose frames touch the next two frames, in a line or a
ring: block elimination over pairs of frames, the ring closed by its last pair."""
import numpy as np


def solve(h0, h1, h2, b, ring):
    """`h0[f]`, `h1[f]`, `h2[f]` (n,n): blocks of frame f with f, f+1, f+2; indices wrap when `ring`.
    `b` (F,n). Returns x (F,n)."""
    frames, n = b.shape
    edges = list(range(0, frames - 1, 2)) + [frames]
    groups = [list(range(a, z)) for a, z in zip(edges, edges[1:])]
    if len(groups) < 4:
        raise ValueError('a clip needs at least 8 frames')

    def block(f, g):
        if ring:
            gap = (g - f) % frames
        else:
            gap = g - f
        if gap in (0, 1, 2):
            return (h0, h1, h2)[gap][f]
        back = (f - g) % frames if ring else f - g
        return (h1, h2)[back - 1][g].T if back in (1, 2) else np.zeros((n, n))

    def between(a, c):
        return np.block([[block(f, g) for g in c] for f in a])

    last = groups[-1]
    line = groups[:-1]
    rhs = [np.concatenate([b[g].ravel() for g in group])[:, None] for group in groups]
    border = [np.zeros((len(group) * n, len(last) * n)) for group in line]
    border[-1] = between(line[-1], last)
    if ring:
        border[0] = border[0] + between(line[0], last)
    # forward elimination of the line, carrying right-hand side and border along
    full = [np.hstack([r, o]) for r, o in zip(rhs, border)]
    diagonal, upper, reduced = [], [], []
    for i, group in enumerate(line):
        d, u = between(group, group), full[i]
        if i > 0:
            down = np.linalg.solve(diagonal[-1], np.hstack([upper[-1], reduced[-1]]))
            width = upper[-1].shape[1]
            d = d - upper[-1].T @ down[:, :width]
            u = u - upper[-1].T @ down[:, width:]
        diagonal.append(d)
        reduced.append(u)
        if i + 1 < len(line):
            upper.append(between(group, line[i + 1]))
    x = [None] * len(line)
    for i in range(len(line) - 1, -1, -1):
        r = reduced[i] if i + 1 == len(line) else reduced[i] - upper[i] @ x[i + 1]
        x[i] = np.linalg.solve(diagonal[i], r)
    schur, tail = between(last, last), rhs[-1]
    for o, solved in zip(border, x):
        schur = schur - o.T @ solved[:, 1:]
        tail = tail - o.T @ solved[:, :1]
    end = np.linalg.solve(schur, tail)
    return np.concatenate([s[:, :1] - s[:, 1:] @ end for s in x] + [end]).reshape(frames, n)
