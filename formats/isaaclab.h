#pragma once
// Isaac Lab's humanoid AMP layout (.npz): dof and body states with their names, quaternions
// w x y z, world frame, z up, metres. The three-axis joints hold exponential-map components.
#include "formats/format.h"

namespace motus::formats {

Match sniff_isaaclab(Bytes bytes);

/// One clip: a robot. The 15-body humanoid's skeleton is rebuilt from the stored body positions;
/// others are options.skeleton, else the shipped robot that has these dofs by name. Files that hold a
/// few key bodies only get their root from one of these and the dofs.
std::vector<Clip> read_isaaclab(Bytes bytes, const ReadOptions& options);

/// Writes any one clip that has a skeleton: body states by forward kinematics, dof velocities as
/// forward differences in the child's frame, body velocities by poselib's recipe. A character of
/// the 15-body humanoid gets its 28 dofs by name; of any other character every joint is a ball.
std::vector<std::byte> write_isaaclab(std::span<const Clip> clips, const WriteOptions& options);

}  // namespace motus::formats
