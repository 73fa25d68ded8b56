#pragma once
// ProtoMotions' .motion: a torch archive of {fps, dof_pos, dof_vel, rigid_body_pos, rigid_body_rot
// x y z w, rigid_body_vel, rigid_body_ang_vel, rigid_body_contacts, [local_rigid_body_rot]}; world
// frame, z up, metres; no names.
#include "formats/format.h"

namespace motus::formats {

Match sniff_protomotions(Bytes bytes);

/// One clip; the root is body 0. The skeleton is options.skeleton, else guessed from the number of
/// dofs with a warning. Body states become channels, with names where the skeleton has as many
/// bodies.
std::vector<Clip> read_protomotions(Bytes bytes, const ReadOptions& options);

/// Takes one clip of a robot. Bodies are those of the skeleton in its order; velocities are forward
/// differences; contacts are the clip's channel "rigid_body_contacts", else none.
std::vector<std::byte> write_protomotions(std::span<const Clip> clips, const WriteOptions& options);

}  // namespace motus::formats
