"""Makes a planned clip physical: a whole-clip least-squares solve over all frames at once.

A Plan holds a preferred motion and says which points of the body stand where and when. The solve
stays near the preferred motion while planted points stand still, nothing lies below the floor or
outside its limits, the centre of mass falls freely and angular momentum is constant whenever nothing
is planted, and on the ground the forces are such that feet can make them: their centre of pressure
inside the planted points (zero-moment point), pressing and within friction.
"""
import numpy as np

import blocks
from figure import about, exp_map, log_map

GRAVITY, FRICTION = 9.81, 0.9
SOLE = [(0.1335, -0.045, -0.05), (0.1335, 0.045, -0.05), (-0.0435, -0.045, -0.05), (-0.0435, 0.045, -0.05)]
# point, body, position, radius of the ball around it
ROUND = [('right_hand', 'right_hand', (0, 0, 0), .04), ('left_hand', 'left_hand', (0, 0, 0), .04),
         ('right_knee', 'right_shin', (0, 0, -.03), .05), ('left_knee', 'left_shin', (0, 0, -.03), .05),
         ('right_elbow', 'right_lower_arm', (0, -.035, 0), .04),
         ('left_elbow', 'left_lower_arm', (0, .035, 0), .04),
         ('head', 'head', (0, 0, .175), .095), ('pelvis', 'pelvis', (0, 0, .07), .09)]
TOES, HEEL = (0, 1), (2, 3)  # of SOLE
# rods that stand for the bodies when they must not run into each other: part, ends, radius
RODS = [('thigh', (0, 0, -.06), (0, 0, -.36), .055), ('shin', (0, 0, -.03), (0, 0, -.355), .05),
        ('foot', (-.016, -.02, -.0225), (.106, -.02, -.0225), .03),
        ('foot', (-.016, .02, -.0225), (.106, .02, -.0225), .03),
        ('upper_arm', (0, .06, 0), (0, .23, 0), .045), ('lower_arm', (0, .035, 0), (0, .25, 0), .042),
        ('torso', (0, 0, .08), (0, 0, .15), .11), ('pelvis', (0, 0, .07), (0, 0, .19), .085),
        ('head', (0, 0, .15), (0, 0, .175), .095), ('sword', (-.6, 0, 0), (0, 0, 0), .035),
        ('shield', (-.25, 0, .015), (.25, 0, .015), .05)]  # the shield against the legs only
APART = .004  # m
LEG = {'thigh', 'shin', 'foot'}

SIGMA = dict(contact=2e-4, floor=1e-3, limit=3e-3, fall=.02, spin=.4, moment=10.0,
             force=20.0, joint_acc=150.0, root_acc=15.0, root_spin=60.0)


def part_of(body):
    return body.removeprefix('right_').removeprefix('left_')


class Plan:
    """`p` (F,3), `r` (F,3,3), `q` (F,D): the preferred motion at `fps`. `travel`: (yaw, offset) that
    carries frame 0 to frame F of a motion that repeats, None for one with two ends."""

    def __init__(self, figure, fps, p, r, q, travel=None):
        self.figure, self.fps, self.travel = figure, fps, travel
        self.p, self.r, self.q = p.copy(), r.copy(), q.copy()
        self.frames = len(p)
        self.names = [f'{side}_sole{i}' for side in ('right', 'left') for i in range(4)]
        self.names += [name for name, _, _, _ in ROUND]
        self.bodies = [figure.body(side + '_foot') for side in ('right', 'left') for _ in range(4)]
        self.bodies += [figure.body(body) for _, body, _, _ in ROUND]
        self.local = np.array(SOLE + SOLE + [x for _, _, x, _ in ROUND])
        radius = np.array([0.0] * 8 + [x for _, _, _, x in ROUND])
        self.height = np.tile(radius, (self.frames, 1))  # least height of each point
        self.planted = np.zeros((self.frames, len(self.names)), bool)
        self.target = np.zeros((self.frames, len(self.names), 3))
        self.joint_sigma = np.full(len(figure.dofs), .15)
        self.root_sigma = np.array([.04, .04, .04, .08, .08, .08])
        self.most_force = 4.0  # weights
        self.twist_sigma = 40.0  # N m about the vertical that the feet may exert
        self.rods, self.pairs = [], []
        for index, body in enumerate(figure.bodies):
            for part, *ends, radius in RODS:
                if part == part_of(body):
                    mirror = (1, -1 if 'right_' in body else 1, 1)
                    self.rods.append((index, np.array(ends) * mirror, radius))
        for i, (a, _, _) in enumerate(self.rods):
            for k, (b, _, _) in enumerate(self.rods[:i]):
                near = {a, figure.parent[a]} & {b, figure.parent[b]}
                kinds = {part_of(figure.bodies[a]), part_of(figure.bodies[b])}
                if not near and kinds <= {'thigh', 'pelvis'} or 'shield' in kinds and not kinds & LEG:
                    continue
                if not near:
                    self.pairs.append((i, k))
        self.ease = np.ones(self.frames)  # the preference's sigma of a frame is multiplied by this

    def plant_foot(self, frame, side, place, part):
        """`place`: x, y, yaw of the ankle above its flat sole; `part`: 'flat', 'toes' or 'heel'."""
        turn = about('z', place[2])
        for i in {'flat': TOES + HEEL, 'toes': TOES, 'heel': HEEL}[part]:
            k = self.names.index(f'{side}_sole{i}')
            self.planted[frame, k] = True
            self.target[frame, k] = turn @ np.array(SOLE[i]) + (place[0], place[1], .05)

    def plant(self, frame, name, place):
        k = self.names.index(name)
        self.planted[frame, k] = True
        self.target[frame, k] = place


def nearest_in_hull(points, x):
    """The point of the convex hull of `points` (K,2) that is nearest to `x` (2)."""
    k = len(points)
    best, gap = points[0], np.inf
    order = sorted(range(k), key=lambda i: tuple(points[i]))
    hull = []
    for turn in (order, order[::-1]):
        part = []
        for i in turn:
            while len(part) > 1:
                a, b = points[part[-1]] - points[part[-2]], points[i] - points[part[-1]]
                if a[0] * b[1] - a[1] * b[0] > 1e-12:
                    break
                part.pop()
            part.append(i)
        hull += part[:-1]
    edges = [(points[a], points[b]) for a, b in zip(hull, hull[1:] + hull[:1])]
    if len(hull) > 2 and all((b - a)[0] * (x - a)[1] - (b - a)[1] * (x - a)[0] >= 0 for a, b in edges):
        return x
    for a, b in edges:
        d = b - a
        s = np.clip((x - a) @ d / max(d @ d, 1e-12), 0, 1)
        y = a + s * d
        if np.linalg.norm(x - y) < gap:
            best, gap = y, np.linalg.norm(x - y)
    return best


def nearest_on_rods(a0, a1, b0, b1):
    """Where on the segments a0-a1 and b0-b1 (...,3) the nearest points lie, each in [0, 1]."""
    u, v, w = a1 - a0, b1 - b0, a0 - b0

    def dot(x, y):
        return (x * y).sum(axis=-1)

    uu, uv, vv, uw, vw = dot(u, u), dot(u, v), dot(v, v), dot(u, w), dot(v, w)
    det = uu * vv - uv * uv
    s = np.clip(np.where(det > 1e-9, (uv * vw - vv * uw) / np.maximum(det, 1e-9), .5), 0, 1)
    t = np.clip((uv * s + vw) / vv, 0, 1)
    return np.clip((uv * t - uw) / uu, 0, 1), t


class Problem:
    def __init__(self, plan):
        self.plan, f = plan, plan.figure
        self.n = 6 + len(f.dofs)
        self.ring = plan.travel is not None
        self.yaw = about('z', plan.travel[0]) if self.ring else np.eye(3)
        self.shift = np.asarray(plan.travel[1], float) if self.ring else np.zeros(3)
        self.pref_root = self.root_steps(plan.p, plan.r)
        self.pref_acc = self.second(plan.q)
        self.inner = np.ones(plan.frames, bool)
        if not self.ring:
            self.inner[[0, -1]] = False
        self.airborne = ~plan.planted.any(axis=1) & self.inner

    def extend(self, p, r, q):
        """One more frame on both sides."""
        yaw = self.yaw
        if self.ring:
            before, after = yaw.T @ (p[-1] - self.shift), yaw @ p[0] + self.shift
            return (np.vstack([before, p, after]), np.concatenate([[yaw.T @ r[-1]], r, [yaw @ r[0]]]),
                    np.vstack([q[-1], q, q[0]]))
        return (np.vstack([p[:1], p, p[-1:]]), np.concatenate([r[:1], r, r[-1:]]),
                np.vstack([q[:1], q, q[-1:]]))

    def second(self, q):
        e = self.extend(self.plan.p, self.plan.r, q)[2]
        return (e[2:] - 2 * e[1:-1] + e[:-2]) * self.plan.fps ** 2

    def root_steps(self, p, r):
        """Accelerations (F,6) of the root: world, and about its own axes."""
        p, r, _ = self.extend(p, r, self.plan.q)
        w = log_map(np.swapaxes(r[:-1], 1, 2) @ r[1:])
        return np.hstack([p[2:] - 2 * p[1:-1] + p[:-2], w[1:] - w[:-1]]) * self.plan.fps ** 2

    def momentum(self, com, d_com, rot, d_rot):
        """Angular momentum (E-1,3) about the centre of mass between frames, and its derivatives
        (E-1,n,3) by the earlier and the later frame."""
        f, fps = self.plan.figure, self.plan.fps
        m = f.mass
        v = (com[1:] - com[:-1]) * fps
        mid = (com[1:] + com[:-1]) / 2
        arm = mid - np.einsum('b,ebi->ei', m, mid)[:, None] / f.total
        w = log_map(rot[1:] @ np.swapaxes(rot[:-1], -1, -2)) * fps
        world = rot @ f.inertia @ np.swapaxes(rot, -1, -2)
        world = (world[1:] + world[:-1]) / 2
        spin = np.einsum('ebij,ebj->ebi', world, w)
        total = np.einsum('b,ebi->ei', m, np.cross(arm, v)) + spin.sum(axis=1)
        mv = np.einsum('b,ebi->ei', m, v)
        sides = []
        for part, sign in ((slice(None, -1), -1), (slice(1, None), 1)):
            d, a = d_com[part], d_rot[part]
            mean = np.einsum('b,ebni->eni', m, d) / f.total
            out = np.einsum('b,ebni->eni', m, np.cross(d / 2, v[:, :, None]) +
                            sign * fps * np.cross(arm[:, :, None], d))
            out -= np.cross(mean / 2, mv[:, None])
            turned = np.cross(a, spin[:, :, None]) - np.einsum('ebij,ebnj->ebni', world,
                                                               np.cross(a, w[:, :, None]))
            out += (sign * fps * np.einsum('ebij,ebnj->ebni', world, a) + turned / 2).sum(axis=1)
            sides.append(out)
        return total, sides[0], sides[1]

    def evaluate(self, p, r, q):
        """Groups (residuals (F,R), derivatives (F,R,n) by the frame before, the frame, the next)."""
        plan, f, fps, n = self.plan, self.plan.figure, self.plan.fps, self.n
        count = plan.frames
        ep, er, eq = self.extend(p, r, q)
        kin = f.forward(ep, er, eq)
        x, dx = f.points(kin, plan.bodies, plan.local)
        every = list(range(len(f.bodies)))
        com, d_com = f.points(kin, every, f.com)
        d_rot = np.zeros(d_com.shape)
        d_rot[:, :, 3:] = kin[2][:, None] * f.turns.T[None, :, :, None]
        c = np.einsum('b,ebi->ei', f.mass, com) / f.total
        dc = np.einsum('b,ebni->eni', f.mass, d_com) / f.total
        groups = []

        # the preferred pose, limits, planted points, the floor
        ease = plan.ease[:, None]
        root = np.hstack([p - plan.p, log_map(np.swapaxes(plan.r, 1, 2) @ r)]) / plan.root_sigma / ease
        pose = (q - plan.q) / plan.joint_sigma / ease
        near = np.hstack([root, pose])
        j = np.einsum('fr,rn->frn', 1 / ease * (1 / np.concatenate([plan.root_sigma, plan.joint_sigma])),
                      np.eye(n))
        groups.append((near, None, j, None))
        over = np.maximum(0, q - (f.limits[:, 1] - .02)) + np.minimum(0, q - (f.limits[:, 0] + .02))
        j = np.zeros((count, len(f.dofs), n))
        j[:, range(len(f.dofs)), range(6, n)] = (over != 0) / SIGMA['limit']
        groups.append((over / SIGMA['limit'], None, j, None))
        xs, dxs = x[1:-1], dx[1:-1]
        gap = np.where(plan.planted[..., None], xs - plan.target, 0) / SIGMA['contact']
        j = np.swapaxes(dxs, 2, 3) * plan.planted[..., None, None] / SIGMA['contact']
        groups.append((gap.reshape(count, -1), None, j.reshape(count, -1, n), None))
        low = np.where(plan.planted, 0, np.minimum(0, xs[..., 2] - plan.height)) / SIGMA['floor']
        j = dxs[..., 2] * (low < 0)[..., None] / SIGMA['floor']
        groups.append((low, None, j, None))

        groups.append(self.apart([part[1:-1] for part in kin]))

        # accelerations near the preferred ones
        inner = self.inner[:, None]
        weight = np.concatenate([np.full(3, 1 / SIGMA['root_acc']), np.full(3, 1 / SIGMA['root_spin']),
                                 np.full(n - 6, 1 / SIGMA['joint_acc'])])
        acc = np.hstack([self.root_steps(p, r) - self.pref_root, self.second(q) - self.pref_acc])
        eye = np.tile(np.diag(weight) * fps ** 2, (count, 1, 1)) * inner[..., None]
        groups.append((acc * weight * inner, eye, -2 * eye, eye))

        # dynamics: the whole body's force and moment
        spin, d_early, d_late = self.momentum(com, d_com, kin[1], d_rot)
        fall = (c[2:] - 2 * c[1:-1] + c[:-2]) * fps ** 2 + (0, 0, GRAVITY)
        j_acc = [k * fps ** 2 * np.swapaxes(d, 1, 2) for k, d in
                 ((1, dc[:-2]), (-2, dc[1:-1]), (1, dc[2:]))]
        rate = (spin[1:] - spin[:-1]) * fps
        j_rate = [fps * np.swapaxes(d, 1, 2) for d in
                  (-d_early[:-1], d_early[1:] - d_late[:-1], d_late[1:])]
        air = self.airborne
        groups.append((np.hstack([fall / SIGMA['fall'], rate / SIGMA['spin']]) * air[:, None],) +
                      tuple(np.concatenate([a / SIGMA['fall'], b / SIGMA['spin']], axis=1) *
                            air[:, None, None] for a, b in zip(j_acc, j_rate)))
        groups.append(self.ground(x, c, dc, fall, j_acc, rate, j_rate))
        self.state = dict(fall=fall, spin=spin, rate=rate, points=xs, com=c[1:-1])
        return groups

    def apart(self, kin):
        """Rods that come too near push each other away along the line between their nearest points."""
        plan, f = self.plan, self.plan.figure
        bodies = [b for b, _, _ in plan.rods for _ in range(2)]
        x, dx = f.points(kin, bodies, np.concatenate([e for _, e, _ in plan.rods]))
        x, dx = (v.reshape((plan.frames, -1, 2) + v.shape[2:]) for v in (x, dx))
        i, k = np.array(plan.pairs).T
        s, t = nearest_on_rods(x[:, i, 0], x[:, i, 1], x[:, k, 0], x[:, k, 1])
        radius = np.array([r for _, _, r in plan.rods])
        away = self.between(x, i, s) - self.between(x, k, t)
        far = np.maximum(np.linalg.norm(away, axis=2), 1e-6)
        gap = np.minimum(0, far - radius[i] - radius[k] - APART) / SIGMA['floor']
        d = self.between(dx, i, s) - self.between(dx, k, t)
        j = np.einsum('fpni,fpi->fpn', d, away / far[..., None]) / SIGMA['floor']
        self.nearest = (far - radius[i] - radius[k]).min()
        return gap, None, j * (gap < 0)[..., None], None

    @staticmethod
    def between(ends, rods, s):
        s = s.reshape(s.shape + (1,) * (ends.ndim - 3))
        return (1 - s) * ends[:, rods, 0] + s * ends[:, rods, 1]

    def ground(self, x, c, dc, fall, j_acc, rate, j_rate):
        plan, mass = self.plan, self.plan.figure.total
        count = plan.frames
        out = np.zeros((count, 5))
        js = [np.zeros((count, 5, self.n)) for _ in range(3)]
        for k in range(count):
            if self.airborne[k] or not self.inner[k]:
                continue
            force, height = mass * fall[k], c[k + 1, 2]
            dforce = [mass * j[k] for j in j_acc]
            dheight = [0, dc[k + 1][:, 2], 0]
            up = max(force[2], 50.0)
            pressure = np.array([c[k + 1, 0] - (height * force[0] + rate[k, 1]) / up,
                                 c[k + 1, 1] + (rate[k, 0] - height * force[1]) / up])
            where = nearest_in_hull(plan.target[k][plan.planted[k]][:, :2], pressure)
            arm = where - c[k + 1, :2]
            s, t, w = SIGMA['moment'], SIGMA['force'], plan.twist_sigma
            out[k, 0] = (arm[0] * force[2] + height * force[0] + rate[k, 1]) / s
            out[k, 1] = (-arm[1] * force[2] - height * force[1] + rate[k, 0]) / s
            out[k, 2] = rate[k, 2] / w
            low, high = force[2] - .1 * mass * GRAVITY, force[2] - plan.most_force * mass * GRAVITY
            out[k, 3] = min(0, low) / t + max(0, high) / t
            level = np.linalg.norm(force[:2])
            slip = level - FRICTION * force[2]
            out[k, 4] = max(0, slip) / t
            for i in range(3):
                darm = [-dc[k + 1][:, a] if i == 1 else 0 for a in (0, 1)]
                j = js[i][k]
                j[0] = (arm[0] * dforce[i][2] + darm[0] * force[2] + height * dforce[i][0] +
                        dheight[i] * force[0] + j_rate[i][k][1]) / s
                j[1] = (-arm[1] * dforce[i][2] - darm[1] * force[2] - height * dforce[i][1] -
                        dheight[i] * force[1] + j_rate[i][k][0]) / s
                j[2] = j_rate[i][k][2] / w
                if low < 0 or high > 0:
                    j[3] = dforce[i][2] / t
                if slip > 0:
                    j[4] = (force[:2] @ dforce[i][:2] / level - FRICTION * dforce[i][2]) / t
        return (out,) + tuple(js)

    def normal(self, groups):
        """Blocks of the normal equations, with the frames beyond a ring's ends turned home."""
        count, n = self.plan.frames, self.n
        h0, h1, h2 = (np.zeros((count, n, n)) for _ in range(3))
        b = np.zeros((count, n))
        if self.ring:  # the frame beyond an end is the turned one at the other end
            home, away = np.eye(n), np.eye(n)
            away[:3, :3], home[:3, :3] = self.yaw, self.yaw.T
        for res, before, now, after in groups:
            js = {0: now}
            if before is not None:
                before, after = before.copy(), after.copy()
                if self.ring:
                    before[0], after[-1] = before[0] @ home, after[-1] @ away
                else:
                    before[0], after[-1] = 0, 0
                js.update({-1: before, 1: after})
            for a, ja in js.items():
                b -= np.roll(np.einsum('frn,fr->fn', ja, res), a, axis=0)
                for c, jc in js.items():
                    if c >= a:
                        (h0, h1, h2)[c - a][:] += np.roll(np.swapaxes(ja, 1, 2) @ jc, a, axis=0)
        return h0, h1, h2, b


def solve(plan, iterations=30, words=True):
    """The solved (p, r, q) and the problem, whose `state` holds the dynamics of the result."""
    problem = Problem(plan)
    p, r, q = plan.p.copy(), plan.r.copy(), plan.q.copy()

    def price(groups):
        return sum((g[0] ** 2).sum() for g in groups)

    groups = problem.evaluate(p, r, q)
    cost, damping, stalls = price(groups), 10.0, 0
    for count in range(iterations):
        h0, h1, h2, b = problem.normal(groups)
        for _ in range(10):
            step = blocks.solve(h0 + damping * np.eye(problem.n), h1, h2, b, problem.ring)
            step *= min(1.0, .5 / np.abs(step).max())
            trial = (p + step[:, :3], r @ exp_map(step[:, 3:6]), q + step[:, 6:])
            tried = problem.evaluate(*trial)
            if price(tried) < cost:
                break
            damping = max(damping * 8, 1.0)
        else:
            break
        gain = (cost - price(tried)) / cost
        (p, r, q), groups, cost = trial, tried, price(tried)
        damping /= 5
        stalls = stalls + 1 if gain < 1e-5 else 0
        if stalls == 4:
            break
    if words:
        print(f'{count + 1} steps, cost {cost:.1f}')
    problem.evaluate(p, r, q)
    return p, r, q, problem
