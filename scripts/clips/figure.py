"""A robot of data/robots as arrays over frames: tree, masses, limits, kinematics and momentum.

World: x forward, y left, z up; m, kg, rad. A state is root position (F,3), root rotation (F,3,3) and
hinge angles (F,D); three hinges of one body turn about x, then y, then z. An increment of a state has
n = 6 + D numbers: root position in the world, root rotation about the root's own axes, hinges.
"""
import math
import pathlib
import xml.etree.ElementTree as xml

import numpy as np

DATA = pathlib.Path(__file__).resolve().parents[2] / 'data'


def numbers(text):
    return np.array([float(x) for x in text.split()])


def turn_to(axis):
    """A rotation that carries z to the unit `axis`."""
    z = axis
    x = np.cross(z, np.eye(3)[np.argmin(np.abs(z))])
    x /= np.linalg.norm(x)
    return np.stack([x, np.cross(z, x), z], axis=1)


def solid(geom):
    """(mass, centre, inertia about the centre) of a collision geom, by its density."""
    size = numbers(geom.get('size'))
    at, frame = numbers(geom.get('pos', '0 0 0')), np.eye(3)
    if geom.get('fromto'):
        ends = numbers(geom.get('fromto')).reshape(2, 3)
        length = np.linalg.norm(ends[1] - ends[0])
        at, frame = ends.mean(axis=0), turn_to((ends[1] - ends[0]) / length)
    kind, density = geom.get('type', 'sphere'), float(geom.get('density'))
    r = size[0]
    if kind == 'sphere':
        mass = density * 4 / 3 * math.pi * r ** 3
        moments = np.full(3, 0.4 * mass * r * r)
    elif kind == 'box':
        mass = density * 8 * size.prod()
        s = size ** 2
        moments = mass / 3 * np.array([s[1] + s[2], s[0] + s[2], s[0] + s[1]])
    elif kind == 'cylinder':
        mass = density * math.pi * r * r * length
        across = mass * (3 * r * r + length ** 2) / 12
        moments = np.array([across, across, mass * r * r / 2])
    elif kind == 'capsule':
        tube, ball = density * math.pi * r * r * length, density * 4 / 3 * math.pi * r ** 3
        mass = tube + ball
        across = (tube * (3 * r * r + length ** 2) / 12 +
                  ball * (0.4 * r * r + length ** 2 / 4 + 3 * length * r / 8))
        moments = np.array([across, across, tube * r * r / 2 + 0.4 * ball * r * r])
    else:
        raise ValueError(f'geom of type {kind}')
    return mass, at, frame @ np.diag(moments) @ frame.T


def exp_map(v):
    """Rotations (...,3,3) of rotation vectors (...,3)."""
    v = np.asarray(v, float)
    angle = np.linalg.norm(v, axis=-1)[..., None, None]
    k = np.zeros(v.shape[:-1] + (3, 3))
    k[..., 0, 1], k[..., 0, 2], k[..., 1, 2] = -v[..., 2], v[..., 1], -v[..., 0]
    k -= np.swapaxes(k, -1, -2)
    a = np.maximum(angle, 1e-9)
    return np.eye(3) + np.sinc(a / np.pi) * k + (1 - np.cos(a)) / a ** 2 * (k @ k)


def quaternion(r):
    """Unit quaternions w x y z of rotations (...,3,3): the eigenvector of Bar-Itzhack's matrix,
    which holds at every angle."""
    m = np.empty(r.shape[:-2] + (4, 4))
    trace = np.trace(r, axis1=-2, axis2=-1)
    m[..., 0, 0] = trace
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        m[..., 0, 1 + i] = m[..., 1 + i, 0] = r[..., k, j] - r[..., j, k]
        m[..., 1 + i, 1 + i] = 2 * r[..., i, i] - trace
        m[..., 1 + i, 1 + j] = m[..., 1 + j, 1 + i] = r[..., i, j] + r[..., j, i]
    q = np.linalg.eigh(m)[1][..., -1]
    return q * np.where(q[..., :1] < 0, -1.0, 1.0)


def log_map(r):
    """Rotation vectors (...,3), angle at most pi, of rotations (...,3,3)."""
    q = quaternion(r)
    s = np.linalg.norm(q[..., 1:], axis=-1, keepdims=True)
    return q[..., 1:] * np.where(s < 1e-12, 2.0, 2 * np.arctan2(s, q[..., :1]) / np.maximum(s, 1e-12))


def about(axis, angle):
    """Rotations (...,3,3) by `angle` (...) about 'x', 'y' or 'z'."""
    return exp_map(np.asarray(angle, float)[..., None] * np.eye(3)['xyz'.index(axis)])


class Figure:
    def __init__(self, name):
        self.name = name
        self.bodies, self.parent, offset, mass, com, inertia = [], [], [], [], [], []
        self.dofs, self.dof_body, axis, limits = [], [], [], []
        root = xml.parse(DATA / 'robots' / name / 'robot.xml').getroot().find('worldbody').find('body')

        def visit(body, parent):
            index = len(self.bodies)
            self.bodies.append(body.get('name'))
            self.parent.append(parent)
            offset.append(numbers(body.get('pos', '0 0 0')) if parent >= 0 else np.zeros(3))
            solids = [solid(g) for g in body.findall('geom') if g.get('class') == 'collision']
            m = sum(s[0] for s in solids)
            c = sum(s[0] * s[1] for s in solids) / m
            mass.append(m)
            com.append(c)
            inertia.append(sum(i + w * ((a - c) @ (a - c) * np.eye(3) - np.outer(a - c, a - c))
                               for w, a, i in solids))
            for joint in body.findall('joint'):
                self.dofs.append(joint.get('name'))
                self.dof_body.append(index)
                axis.append(numbers(joint.get('axis')))
                limits.append(np.radians(numbers(joint.get('range'))))
            for child in body.findall('body'):
                visit(child, index)

        visit(root, -1)
        self.offset, self.mass, self.com = np.array(offset), np.array(mass), np.array(com)
        self.inertia, self.axis, self.limits = np.array(inertia), np.array(axis), np.array(limits)
        self.total = self.mass.sum()
        below = np.zeros((len(self.bodies),) * 2, bool)  # below[a, b]: b hangs on a, or is a
        for b in range(len(self.bodies)):
            a = b
            while a >= 0:
                below[a, b] = True
                a = self.parent[a]
        self.turns = np.vstack([np.ones((3, len(self.bodies)), bool), below[self.dof_body]])

    def dof(self, name):
        return self.dofs.index(name)

    def body(self, name):
        return self.bodies.index(name)

    def forward(self, p, r, q):
        """Positions (F,B,3) and rotations (F,B,3,3) of the bodies, axes (F,3+D,3) and anchors of
        the root's three turns and of the hinges."""
        frames, count = len(p), len(self.bodies)
        pos, rot = np.empty((frames, count, 3)), np.empty((frames, count, 3, 3))
        axes = np.empty((frames, 3 + len(self.dofs), 3))
        axes[:, :3] = np.swapaxes(r, 1, 2)
        for b in range(count):
            if b == 0:
                pos[:, 0], turn = p, r
            else:
                a = self.parent[b]
                pos[:, b] = pos[:, a] + rot[:, a] @ self.offset[b]
                turn = rot[:, a]
            for d in [d for d, body in enumerate(self.dof_body) if body == b]:
                axes[:, 3 + d] = turn @ self.axis[d]
                turn = turn @ exp_map(q[:, d:d + 1] * self.axis[d])
            rot[:, b] = turn
        anchors = np.concatenate([np.repeat(p[:, None], 3, axis=1), pos[:, self.dof_body]], axis=1)
        return pos, rot, axes, anchors

    def points(self, kinematics, bodies, local):
        """World positions (F,P,3) of points fixed to bodies, and their derivatives (F,P,n,3)."""
        pos, rot, axes, anchors = kinematics
        x = pos[:, bodies] + np.einsum('fpij,pj->fpi', rot[:, bodies], local)
        arm = x[:, :, None] - anchors[:, None]
        turn = np.cross(np.broadcast_to(axes[:, None], arm.shape), arm)
        turn *= self.turns.T[bodies][None, :, :, None]
        move = np.broadcast_to(np.eye(3), x.shape[:2] + (3, 3))
        return x, np.concatenate([move, turn], axis=2)

    def dof_values(self, q):
        """(F,D) as the files hold them: a body's three hinges as one rotation vector."""
        out = q.copy()
        for b in range(len(self.bodies)):
            d = [i for i, body in enumerate(self.dof_body) if body == b]
            if len(d) == 3:
                r = np.eye(3)
                for i in d:
                    r = r @ exp_map(q[:, i:i + 1] * self.axis[i])
                out[:, d] = log_map(r)
        return out
