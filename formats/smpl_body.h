#pragma once
// The joints of the SMPL family by name, and a figure to hang them on. SMPL's files hold rotations
// only; where the joints are is part of the licensed body model. This figure has the offsets of the
// BSD-licensed SMPL-shaped robot (data/robots/smpl), hands by Buryanov and Kotiuk, "Proportions of
// hand segments", Int. J. Morphol. 28 (2010), and a face made here. Its bodies have z up and x
// forward where SMPL's have y up and z forward.
#include <string>
#include <vector>

#include "formats/points.h"

namespace motus::formats {

/// True for 22 (the body, as HumanML3D), 24 (SMPL), 52 (SMPL+H) and 55 (SMPL-X).
bool is_smpl_joint_count(int joints);

/// Names in the order of the pose vector.
std::vector<std::string> smpl_joint_names(int joints);

/// The joints as a tree in that order, with rest offsets (m, z up, x forward) and roles.
PointTree smpl_tree(int joints);

/// The figure as a character, bodies depth-first. One object for each count.
SkeletonPtr smpl_skeleton(int joints);

/// Where SMPL's pelvis is when trans is zero: m, along SMPL's axes (x left, y up, z forward).
Vec3 smpl_pelvis();

/// SMPL's name of a body of the SMPL-shaped robot ("L_Hip" -> "left_hip"), else the name itself.
std::string smpl_joint_name(const std::string& body);

}  // namespace motus::formats
