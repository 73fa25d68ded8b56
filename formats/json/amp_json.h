#pragma once
// The JSON text of quadruped imitation: AMP_for_hardware (61 columns: root, joints, toes and
// velocities of a Unitree A1) and motion_imitation (its first 19). Legs FR, FL, RR, RL; quaternions
// x y z w; toes and velocities in the base frame, toes counted from the trunk's centre of mass.
#include "formats/format.h"

namespace motus::formats {

/// Yes for a JSON object with frames and a "FrameDuration".
Match sniff_amp_json(Bytes bytes);

/// One clip of the A1 (or of options.skeleton with the same dof names). The stored toes and
/// velocities are kept as channels toe_pos, root_lin_vel, root_ang_vel, dof_vel, toe_vel.
std::vector<Clip> read_amp_json(Bytes bytes, const ReadOptions& options);

/// 61 columns; velocities are forward differences as the original tools make them. Takes one clip
/// of a robot that has the twelve dofs and four feet by name.
std::vector<std::byte> write_amp_json(std::span<const Clip> clips, const WriteOptions& options);

}  // namespace motus::formats
