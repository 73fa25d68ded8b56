"""Smooth curves through keys: cubic splines (periodic or clamped) and quintic pieces."""
import math


def solve(matrix, rhs):
    """Gaussian elimination with row exchange; small dense systems."""
    n = len(rhs)
    m = [list(row) + [b] for row, b in zip(matrix, rhs)]
    for c in range(n):
        p = max(range(c, n), key=lambda r: abs(m[r][c]))
        m[c], m[p] = m[p], m[c]
        for r in range(c + 1, n):
            f = m[r][c] / m[c][c]
            for k in range(c, n + 1):
                m[r][k] -= f * m[c][k]
    x = [0.0] * n
    for r in range(n - 1, -1, -1):
        x[r] = (m[r][n] - sum(m[r][k] * x[k] for k in range(r + 1, n))) / m[r][r]
    return x


class Spline:
    """A cubic spline, twice continuously differentiable, through `keys` (t, value) with rising t.

    ends='periodic': the first key comes again one `period` later; the curve repeats for ever.
    ends=(rate0, rate1): the rates at both ends are given; the ends are held outside.
    """

    def __init__(self, keys, ends='periodic', period=1.0):
        self.t = [float(k[0]) for k in keys]
        self.v = [float(k[1]) for k in keys]
        self.period = period if ends == 'periodic' else None
        if self.period:
            self.t.append(self.t[0] + period)
            self.v.append(self.v[0])
        n, t, v = len(self.t), self.t, self.v
        h = [b - a for a, b in zip(t, t[1:])]
        slope = [(b - a) / d for a, b, d in zip(v, v[1:], h)]
        rows, rhs = [], []
        for i in range(1, n - 1):  # equal curvature from both sides, in terms of the rates
            row = [0.0] * n
            row[i - 1], row[i], row[i + 1] = h[i], 2 * (h[i - 1] + h[i]), h[i - 1]
            rows.append(row)
            rhs.append(3 * (h[i] * slope[i - 1] + h[i - 1] * slope[i]))
        first, last = [0.0] * n, [0.0] * n
        if self.period:
            first[0], first[n - 1] = 1, -1
            last[0], last[1] = 2 * (h[-1] + h[0]), h[-1]
            last[n - 2] = h[0]
            rows += [first, last]
            rhs += [0.0, 3 * (h[0] * slope[-1] + h[-1] * slope[0])]
        else:
            first[0], last[n - 1] = 1, 1
            rows += [first, last]
            rhs += [ends[0], ends[1]]
        self.rate = solve(rows, rhs)

    def __call__(self, t):
        if self.period:
            t = self.t[0] + (t - self.t[0]) % self.period
        t = max(self.t[0], min(self.t[-1], t))
        i = 0
        while i + 2 < len(self.t) and t > self.t[i + 1]:
            i += 1
        h = self.t[i + 1] - self.t[i]
        s = (t - self.t[i]) / h
        return ((1 + 2 * s) * (1 - s) ** 2 * self.v[i] + s * (1 - s) ** 2 * h * self.rate[i] +
                s * s * (3 - 2 * s) * self.v[i + 1] - s * s * (1 - s) * h * self.rate[i + 1])


def quintic(s, start, end, span):
    """Value at s in [0, 1] of the fifth-order polynomial with (value, rate, acceleration) given at
    both ends, `span` being the time that s = 1 stands for."""
    p0, v0, a0 = start[0], start[1] * span, start[2] * span * span
    p1, v1, a1 = end[0], end[1] * span, end[2] * span * span
    d = p1 - p0 - v0 - a0 / 2
    dv, da = v1 - v0 - a0, a1 - a0
    c3, c4, c5 = 10 * d - 4 * dv + da / 2, -15 * d + 7 * dv - da, 6 * d - 3 * dv + da / 2
    return p0 + s * (v0 + s * (a0 / 2 + s * (c3 + s * (c4 + s * c5))))


def glide(s, ramp=0.35):
    """0 to 1 at an even pace between two ramps of length `ramp`; rate and acceleration are zero at
    both ends. Its top rate is 1 / (1 - ramp)."""
    top = 1 / (1 - ramp)
    if s > 0.5:
        return 1 - glide(1 - s, ramp)
    if s < ramp:
        return top * (s / 2 - ramp / (2 * math.pi) * math.sin(math.pi * max(0.0, s) / ramp))
    return top * (s - ramp / 2)


def derivatives(f, t, step=1e-4):
    """(value, rate, acceleration) of f at t by central differences."""
    a, b, c = f(t - step), f(t), f(t + step)
    return (b, (c - a) / (2 * step), (a - 2 * b + c) / (step * step))
