"""A character for BVH files (cm, y up, facing +z, left is +x; zero rotations are the T-pose)."""
import math

from rotation import add, euler_zyx, mul, rotate


class Joint:
    def __init__(self, name, parent, offset, end=None):
        self.name, self.parent, self.offset, self.end = name, parent, offset, end


def children(joints, index):
    return [i for i, j in enumerate(joints) if j.parent == index]


def world(joints, root_pos, rotations):
    """Positions and rotations of all joints in the world; `rotations` are local, root first."""
    pos, rot = [], []
    for joint, q in zip(joints, rotations):
        if joint.parent < 0:
            pos.append(tuple(root_pos))
            rot.append(q)
        else:
            pos.append(add(pos[joint.parent], rotate(rot[joint.parent], joint.offset)))
            rot.append(mul(rot[joint.parent], q))
    return pos, rot


def text(joints, frames, fps):
    """The file: `frames` is a list of (root position, local rotations)."""
    lines = ['HIERARCHY']
    order = []

    def write(index, depth):
        joint, pad = joints[index], '\t' * depth
        order.append(index)
        lines.append(f"{pad}{'ROOT' if joint.parent < 0 else 'JOINT'} {joint.name}")
        lines.append(pad + '{')
        inner = pad + '\t'
        lines.append(inner + 'OFFSET ' + ' '.join(f'{x:.6g}' for x in joint.offset))
        rotation = 'Zrotation Yrotation Xrotation'
        if joint.parent < 0:
            lines.append(inner + 'CHANNELS 6 Xposition Yposition Zposition ' + rotation)
        else:
            lines.append(inner + 'CHANNELS 3 ' + rotation)
        for child in children(joints, index):
            write(child, depth + 1)
        if joint.end is not None:
            lines.extend([inner + 'End Site', inner + '{',
                          inner + '\tOFFSET ' + ' '.join(f'{x:.6g}' for x in joint.end),
                          inner + '}'])
        lines.append(pad + '}')

    write(0, 0)
    lines += ['MOTION', f'Frames: {len(frames)}', f'Frame Time: {1 / fps:.8f}']
    for root_pos, rotations in frames:
        row = [f'{x:.5f}' for x in root_pos]
        for index in order:
            row += [f'{math.degrees(a) + 0.0:.5f}' for a in euler_zyx(rotations[index])]
        lines.append(' '.join('0.00000' if x == '-0.00000' else x for x in row))
    return '\n'.join(lines) + '\n'
