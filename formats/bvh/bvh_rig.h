#pragma once
// A skeleton as BVH can say it: bones with offsets and no rest rotations, each standing for one
// body or for a chain of one-axis bodies.
//
// With G the rest rotation of a body in the root's frame and R its world rotation, the bone's world
// rotation is R * G^-1, which is the identity at rest; offsets are differences of rest positions.
#include <string>
#include <vector>

#include "motion/kinematics.h"

namespace motus::formats::bvh {

struct Bone {
  std::string name;
  int parent = -1;
  int first = 0, last = 0;  ///< bodies: where the bone begins, and whose rotation it has
  Vec3 offset = Vec3::Zero();
  bool leaf = true;
  Vec3 tip = Vec3::Zero();  ///< of a leaf
};

struct Rig {
  std::vector<Bone> bones;
  std::vector<Quat> rest;       ///< G of every body
  std::vector<Vec3> positions;  ///< rest positions of the bodies in the root's frame, m
};

/// `merge_hinges`: chains of one-axis bodies with different axes become one bone. A chain ends at a
/// body that has a role, so that hips and knees stay apart.
Rig make_rig(const Skeleton& s, bool merge_hinges);

/// Names as MotionBuilder's and Maya's HumanIK know them ("LeftUpLeg"), for bones that have a role.
void name_for_human_ik(Rig& rig, const Skeleton& s);

/// Local rotations of all bones from the world rotations of the bodies; bone 0 has its world
/// rotation.
void bone_rotations(const Rig& rig, const BodyPoses& poses, std::vector<Quat>& out);

}  // namespace motus::formats::bvh
