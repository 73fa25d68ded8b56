"""The 28-dof humanoid: tree, masses, limits, and its legs in closed form (data/robots/humanoid).

World: x forward, y left, z up; m, kg, rad. Ball joints are keyed as the intrinsic x y z angles of
their hinge triples, which is what the limits are about, and written as exponential maps.
"""
import math

from legs import hanging_frame_z_up, two_segments
from rotation import add, axis_angle, inverse, log_map, mul, rotate, scale

# name, parent, offset, mass, centre of mass
BODIES = (
    ('pelvis', None, (0, 0, 0), 9.995593, (0, 0, 0.113195)),
    ('torso', 'pelvis', (0, 0, 0.236151), 12.01351, (-0.002819, 0, 0.147939)),
    ('head', 'torso', (0, 0, 0.223894), 3.882264, (0, 0, 0.175)),
    ('right_upper_arm', 'torso', (-0.02405, -0.18311, 0.2435), 1.624276, (0, -0.13, 0)),
    ('right_lower_arm', 'right_upper_arm', (0, -0.274788, 0), 1.092571, (0, -0.11125, 0)),
    ('right_hand', 'right_lower_arm', (0, -0.258947, 0), 0.499974, (0, 0, 0)),
    ('left_upper_arm', 'torso', (-0.02405, 0.18311, 0.2435), 1.624276, (0, 0.13, 0)),
    ('left_lower_arm', 'left_upper_arm', (0, 0.274788, 0), 1.092571, (0, 0.11125, 0)),
    ('left_hand', 'left_lower_arm', (0, 0.258947, 0), 0.499974, (0, 0, 0)),
    ('right_thigh', 'pelvis', (0, -0.084887, 0), 4.743486, (0, 0, -0.2)),
    ('right_shin', 'right_thigh', (0, 0, -0.421546), 3.119209, (0, 0, -0.1925)),
    ('right_foot', 'right_shin', (0, 0, -0.40987), 0.999687, (0.045, 0, -0.0225)),
    ('left_thigh', 'pelvis', (0, 0.084887, 0), 4.743486, (0, 0, -0.2)),
    ('left_shin', 'left_thigh', (0, 0, -0.421546), 3.119209, (0, 0, -0.1925)),
    ('left_foot', 'left_shin', (0, 0, -0.40987), 0.999687, (0.045, 0, -0.0225)))
THIGH, SHIN, HIP_Y = 0.421546, 0.40987, 0.084887
TOE_EDGE = (0.1335, 0, -0.05)  # of the sole, from the ankle

# joints in dof order: name, body, ranges of its hinges
JOINTS = (
    ('abdomen', 'torso', ((-1.0472, 1.0472), (-1.0472, 1.5708), (-1.22173, 1.22173))),
    ('neck', 'head', ((-0.872665, 0.872665), (-0.698132, 1.0472), (-0.785398, 0.785398))),
    ('right_shoulder', 'right_upper_arm',
     ((-1.91986, 2.44346), (-1.5708, 1.5708), (-1.0472, 2.79253))),
    ('right_elbow', 'right_lower_arm', ((0, 2.79253),)),
    ('left_shoulder', 'left_upper_arm',
     ((-2.44346, 1.91986), (-1.5708, 1.5708), (-2.79253, 1.0472))),
    ('left_elbow', 'left_lower_arm', ((-2.79253, 0),)),
    ('right_hip', 'right_thigh', ((-1.0472, 0.523599), (-2.44346, 1.0472), (-1.0472, 1.0472))),
    ('right_knee', 'right_shin', ((0, 2.79253),)),
    ('right_ankle', 'right_foot',
     ((-0.523599, 0.523599), (-0.959931, 0.959931), (-0.698132, 0.698132))),
    ('left_hip', 'left_thigh', ((-0.523599, 1.0472), (-2.44346, 1.0472), (-1.0472, 1.0472))),
    ('left_knee', 'left_shin', ((0, 2.79253),)),
    ('left_ankle', 'left_foot',
     ((-0.523599, 0.523599), (-0.959931, 0.959931), (-0.698132, 0.698132))))
HINGE_AXIS = {'right_elbow': 'z', 'left_elbow': 'z', 'right_knee': 'y', 'left_knee': 'y'}
DOFS = [n for name, _, r in JOINTS
        for n in ([name] if len(r) == 1 else [f'{name}_{a}' for a in 'xyz'])]


def from_xyz(angles):
    return mul(axis_angle('x', angles[0]), axis_angle('y', angles[1]), axis_angle('z', angles[2]))


def to_xyz(q):
    """Inverse of from_xyz; the middle angle lies within a quarter turn."""
    x, y, z = rotate(q, (0, 0, 1))
    b = math.asin(max(-1.0, min(1.0, x)))
    a = math.atan2(-y, z)
    rest = mul(inverse(mul(axis_angle('x', a), axis_angle('y', b))), q)
    return (a, b, math.remainder(2 * math.atan2(rest[3], rest[0]), 2 * math.pi))


def joint_rotation(name, angles):
    return axis_angle(HINGE_AXIS[name], angles[0]) if name in HINGE_AXIS else from_xyz(angles)


def dof_values(pose):
    """The row of a motion file for a pose (joint name -> angles); refuses what the joints cannot."""
    out = []
    for name, _, ranges in JOINTS:
        for axis, value, (lo, hi) in zip('xyz', pose[name], ranges):
            if not lo <= value <= hi:
                raise ValueError(f'{name}_{axis}: {value:.3f} outside {lo} {hi}')
        out += pose[name] if name in HINGE_AXIS else log_map(from_xyz(pose[name]))
    return out


def centre_of_mass(rotation, pose):
    """Of the whole figure, from the root's position, in world axes."""
    turns = {body: joint_rotation(name, pose[name]) for name, body, _ in JOINTS}
    pos, rot, total, moment = {}, {}, 0.0, (0.0, 0.0, 0.0)
    for name, parent, offset, mass, com in BODIES:
        if parent is None:
            pos[name], rot[name] = (0.0, 0.0, 0.0), rotation
        else:
            pos[name] = add(pos[parent], rotate(rot[parent], offset))
            rot[name] = mul(rot[parent], turns[name]) if name in turns else rot[parent]
        moment = add(moment, scale(add(pos[name], rotate(rot[name], com)), mass))
        total += mass
    return scale(moment, 1 / total)


def solve_leg(side, root, rotation, ankle, foot, twist_share=0.4):
    """Angles (hip xyz, knee, ankle xyz) for an ankle position and a foot rotation in the world.

    A twist between pelvis and foot is shared: `twist_share` of it goes into the ankle.
    """
    sign = 1 if side == 'left' else -1
    hip = add(root, rotate(rotation, (0, sign * HIP_Y, 0)))
    pelvis_y, foot_y = rotate(rotation, (0, 1, 0)), rotate(foot, (0, 1, 0))
    lateral = add(scale(pelvis_y, twist_share), scale(foot_y, 1 - twist_share))
    knee, bend, axis = two_segments(hip, ankle, THIGH, SHIN, lateral)
    thigh = hanging_frame_z_up(hip, knee, axis)
    shin = hanging_frame_z_up(knee, ankle, axis)
    return (to_xyz(mul(inverse(rotation), thigh)) + (bend,) + to_xyz(mul(inverse(shin), foot)))
