#include "formats/smpl_body.h"

#include <array>
#include <string_view>

#include "motion/error.h"

namespace motus::formats {

namespace {

struct SmplJoint {
  std::string_view name, robot;  ///< robot: the body of data/robots/smpl, if it has it
  int parent;
  double x, y, z;  ///< m, z up, x forward
};

constexpr int kBody = 22;  // joints that all members share

constexpr std::array kJoints = {SmplJoint{"pelvis", "Pelvis", -1, 0, 0, 0},
                                SmplJoint{"left_hip", "L_Hip", 0, -.0068, .0695, -.0914},
                                SmplJoint{"right_hip", "R_Hip", 0, -.0043, -.0677, -.0905},
                                SmplJoint{"spine1", "Torso", 0, -.0267, -.0025, .109},
                                SmplJoint{"left_knee", "L_Knee", 1, -.0045, .0343, -.3752},
                                SmplJoint{"right_knee", "R_Knee", 2, -.0089, -.0383, -.3826},
                                SmplJoint{"spine2", "Spine", 3, .0011, .0055, .1352},
                                SmplJoint{"left_ankle", "L_Ankle", 4, -.0437, -.0136, -.398},
                                SmplJoint{"right_ankle", "R_Ankle", 5, -.0423, .0158, -.3984},
                                SmplJoint{"spine3", "Chest", 6, .0254, .0015, .0529},
                                SmplJoint{"left_foot", "L_Toe", 7, .1193, .0124, -.0258},
                                SmplJoint{"right_foot", "R_Toe", 8, .1193, -.0124, -.0258},
                                SmplJoint{"neck", "Neck", 9, -.0429, -.0028, .2139},
                                SmplJoint{"left_collar", "L_Thorax", 9, -.0341, .0788, .1217},
                                SmplJoint{"right_collar", "R_Thorax", 9, -.0386, -.0818, .1188},
                                SmplJoint{"head", "Head", 12, .0513, .0052, .065},
                                SmplJoint{"left_shoulder", "L_Shoulder", 13, -.0089, .091, .0305},
                                SmplJoint{"right_shoulder", "R_Shoulder", 14, -.0091, -.096, .0326},
                                SmplJoint{"left_elbow", "L_Elbow", 16, -.0275, .2596, -.0128},
                                SmplJoint{"right_elbow", "R_Elbow", 17, -.0214, -.2537, -.0133},
                                SmplJoint{"left_wrist", "L_Wrist", 18, -.0012, .2492, .009},
                                SmplJoint{"right_wrist", "R_Wrist", 19, -.0056, -.2553, .0078},
                                SmplJoint{"left_hand", "L_Hand", 20, -.0149, .084, -.0082},
                                SmplJoint{"right_hand", "R_Hand", 21, -.0103, -.0846, -.0061}};

constexpr std::array kFace = {SmplJoint{"jaw", "", 15, .01, 0, -.01},
                              SmplJoint{"left_eye", "", 15, .075, .032, .065},
                              SmplJoint{"right_eye", "", 15, .075, -.032, .065}};

/// A left finger in the T-pose, palm down: its knuckle from the wrist, the direction that it points
/// in, and the lengths of its first two bones (mm, Buryanov and Kotiuk).
struct Finger {
  std::string_view name;
  Vec3 knuckle, direction;
  double first, second;
};

const std::array<Finger, 5>& fingers() {
  static const std::array<Finger, 5> all = {
      Finger{"index", {.024, .088, 0}, {0, 1, 0}, .0398, .0224},
      Finger{"middle", {.004, .085, 0}, {0, 1, 0}, .0446, .0263},
      Finger{"pinky", {-.030, .073, -.004}, {0, 1, 0}, .0327, .0181},
      Finger{"ring", {-.014, .078, 0}, {0, 1, 0}, .0414, .0257},
      Finger{"thumb", {.020, .022, -.008}, Vec3(.6, .75, -.28).normalized(), .0462, .0316}};
  return all;
}

struct RoleName {
  std::string_view role, joint;
};

constexpr RoleName kRoles[] = {{"pelvis", "pelvis"},
                               {"spine", "spine1"},
                               {"chest", "spine3"},
                               {"neck", "neck"},
                               {"head", "head"},
                               {"left_clavicle", "left_collar"},
                               {"left_upper_arm", "left_shoulder"},
                               {"left_lower_arm", "left_elbow"},
                               {"left_hand", "left_wrist"},
                               {"right_clavicle", "right_collar"},
                               {"right_upper_arm", "right_shoulder"},
                               {"right_lower_arm", "right_elbow"},
                               {"right_hand", "right_wrist"},
                               {"left_upper_leg", "left_hip"},
                               {"left_lower_leg", "left_knee"},
                               {"left_foot", "left_ankle"},
                               {"left_toe", "left_foot"},
                               {"right_upper_leg", "right_hip"},
                               {"right_lower_leg", "right_knee"},
                               {"right_foot", "right_ankle"},
                               {"right_toe", "right_foot"}};

void add(PointTree& tree, std::string name, int parent, const Vec3& offset) {
  tree.names.push_back(std::move(name));
  tree.parents.push_back(parent);
  tree.rest.push_back(offset);
}

void add(PointTree& tree, const SmplJoint& j) {
  add(tree, std::string(j.name), j.parent, {j.x, j.y, j.z});
}

/// Fifteen joints; the right hand is the left one's mirror image.
void add_hand(PointTree& tree, const std::string& side, int wrist) {
  const Vec3 mirror(1, side == "left" ? 1 : -1, 1);
  for (const Finger& f : fingers()) {
    const int first = static_cast<int>(tree.names.size());
    const std::string name = fmt::format("{}_{}", side, f.name);
    add(tree, name + "1", wrist, mirror.cwiseProduct(f.knuckle));
    add(tree, name + "2", first, mirror.cwiseProduct(f.first * f.direction));
    add(tree, name + "3", first + 1, mirror.cwiseProduct(f.second * f.direction));
  }
}

SkeletonPtr build(int joints) {
  const PointTree tree = smpl_tree(joints);
  Skeleton::Spec s;
  s.name = tree.name;
  std::vector<int> body_of(tree.names.size());
  for (const int joint : depth_first(tree.parents)) {
    const auto i = static_cast<size_t>(joint);
    body_of[i] = static_cast<int>(s.bodies.size());
    const int parent = tree.parents[i];
    s.bodies.push_back({.name = tree.names[i],
                        .parent = parent < 0 ? -1 : body_of[static_cast<size_t>(parent)],
                        .rest_pos = tree.rest[i]});
  }
  for (const auto& [role, joint] : kRoles) {
    for (size_t b = 0; b < s.bodies.size(); ++b) {
      if (s.bodies[b].name == joint) s.roles[std::string(role)] = static_cast<int>(b);
    }
  }
  return Skeleton::build(std::move(s));
}

}  // namespace

bool is_smpl_joint_count(int joints) {
  return joints == 22 || joints == 24 || joints == 52 || joints == 55;
}

PointTree smpl_tree(int joints) {
  require(is_smpl_joint_count(joints), Kind::bad_input,
          "{} joints; SMPL's figures have 22, 24, 52 or 55", joints);
  PointTree tree;
  tree.name = joints == 22 ? "smpl_body" : joints == 24 ? "smpl" : joints == 52 ? "smplh" : "smplx";
  const size_t own = joints == 24 ? kJoints.size() : kBody;
  for (size_t i = 0; i < own; ++i) add(tree, kJoints[i]);
  if (joints == 55) {
    for (const SmplJoint& j : kFace) add(tree, j);
  }
  if (joints > 24) {
    add_hand(tree, "left", 20);
    add_hand(tree, "right", 21);
  }
  for (const auto& [role, joint] : kRoles) tree.roles[std::string(role)] = joint;
  return tree;
}

std::vector<std::string> smpl_joint_names(int joints) {
  return smpl_tree(joints).names;
}

SkeletonPtr smpl_skeleton(int joints) {
  static const std::array<SkeletonPtr, 4> all = {build(22), build(24), build(52), build(55)};
  require(is_smpl_joint_count(joints), Kind::bad_input,
          "{} joints; SMPL's figures have 22, 24, 52 or 55", joints);
  return all[joints == 22 ? 0 : joints == 24 ? 1 : joints == 52 ? 2 : 3];
}

Vec3 smpl_pelvis() {
  return {-.0018, -.2233, .0282};
}

std::string smpl_joint_name(const std::string& body) {
  for (const SmplJoint& j : kJoints) {
    if (body == j.robot) return std::string(j.name);
  }
  return body;
}

}  // namespace motus::formats
