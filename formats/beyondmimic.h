#pragma once
// BeyondMimic's and mjlab's motions (.npz): dofs and body states of a robot without names; and
// holosoma's variant with names, the root within joint_pos, and objects.
#include "formats/format.h"

namespace motus::formats {

Match sniff_beyondmimic(Bytes bytes);

/// One clip of a robot. Without names the robot is options.skeleton (29 dofs suit the G1), and the
/// order of dofs and bodies (MuJoCo's depth-first or PhysX's breadth-first) is the one whose forward
/// kinematics agrees with the bodies stored, named in a warning; options.kind "depth" or "breadth"
/// says it instead. Objects become channels "object_pos" ... Throws Error(bad_input) if no order
/// comes within 5 cm.
std::vector<Clip> read_beyondmimic(Bytes bytes, const ReadOptions& options);

/// Takes one clip of a robot. "order": "depth" (default: MuJoCo, mjlab) or "breadth" (PhysX, Isaac
/// Lab) of dofs and bodies; "layout": "beyondmimic" (default) or "holosoma".
std::vector<std::byte> write_beyondmimic(std::span<const Clip> clips, const WriteOptions& options);

}  // namespace motus::formats
