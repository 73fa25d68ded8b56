#pragma once
// Skeletons and robots from MJCF or URDF files, through MuJoCo's own parser.
#include <filesystem>
#include <string>

#include "motion/robot.h"

namespace motus::formats {

/// The kinematic skeleton of a model: the first body below the world is the root (its own joints
/// are ignored), bodies depth-first, one hinge -> hinge, exactly three hinges on a body -> one ball
/// (MimicKit's rule), a ball stays a ball. Dof names and limits come from the hinges. Throws
/// Error(bad_input) for a joint off its body's origin, a slide joint below the root, or a model
/// that MuJoCo refuses.
SkeletonPtr load_skeleton(const std::filesystem::path& model);

/// A robot by name ("g1") or by a folder with a slash in its name, with everything motion/robot.h
/// lists; or a model file, then without roles and in the pose of its keyframe, if it has one.
Robot load_robot(const std::string& name_or_path);

}  // namespace motus::formats
