"""A robot's motion as text: metres, radians, world z up, quaternion w x y z, one row a frame."""

ROOT = ['root_pos_x', 'root_pos_y', 'root_pos_z',
        'root_rot_w', 'root_rot_x', 'root_rot_y', 'root_rot_z']


def text(dof_names, frames):
    """`frames` is a list of (root position, root quaternion, dof values)."""
    lines = [','.join(ROOT + list(dof_names))]
    for pos, rot, dofs in frames:
        row = [f'{x:.9f}' for x in list(pos) + list(rot) + list(dofs)]
        lines.append(','.join('0.000000000' if x == '-0.000000000' else x for x in row))
    return '\n'.join(lines) + '\n'
