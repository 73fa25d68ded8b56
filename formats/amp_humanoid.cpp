#include "formats/amp_humanoid.h"

#include <algorithm>
#include <set>

#include "motion/kinematics.h"

namespace motus::formats {

namespace {

// from the skeleton_tree of IsaacGymEnvs' amp_humanoid_*.npy (BSD-3)
constexpr std::array kBodies = {AmpBody{"pelvis", -1, 0, 0, 0},
                                AmpBody{"torso", 0, 0, 0, .236151},
                                AmpBody{"head", 1, 0, 0, .223894},
                                AmpBody{"right_upper_arm", 1, -.02405, -.18311, .2435},
                                AmpBody{"right_lower_arm", 3, 0, 0, -.274788},
                                AmpBody{"right_hand", 4, 0, 0, -.258947},
                                AmpBody{"left_upper_arm", 1, -.02405, .18311, .2435},
                                AmpBody{"left_lower_arm", 6, 0, 0, -.274788},
                                AmpBody{"left_hand", 7, 0, 0, -.258947},
                                AmpBody{"right_thigh", 0, 0, -.084887, 0},
                                AmpBody{"right_shin", 9, 0, 0, -.421546},
                                AmpBody{"right_foot", 10, 0, 0, -.40987},
                                AmpBody{"left_thigh", 0, 0, .084887, 0},
                                AmpBody{"left_shin", 12, 0, 0, -.421546},
                                AmpBody{"left_foot", 13, 0, 0, -.40987}};

struct RoleName {
  std::string_view role, body;
};

constexpr RoleName kRoles[] = {{"pelvis", "pelvis"},
                               {"chest", "torso"},
                               {"head", "head"},
                               {"left_upper_arm", "left_upper_arm"},
                               {"left_lower_arm", "left_lower_arm"},
                               {"left_hand", "left_hand"},
                               {"right_upper_arm", "right_upper_arm"},
                               {"right_lower_arm", "right_lower_arm"},
                               {"right_hand", "right_hand"},
                               {"left_upper_leg", "left_thigh"},
                               {"left_lower_leg", "left_shin"},
                               {"left_foot", "left_foot"},
                               {"right_upper_leg", "right_thigh"},
                               {"right_lower_leg", "right_shin"},
                               {"right_foot", "right_foot"}};

}  // namespace

std::span<const AmpBody> amp_bodies() {
  return kBodies;
}

bool is_amp_humanoid(const std::vector<std::string>& names) {
  const std::set<std::string_view> have(names.begin(), names.end());
  return names.size() == kBodies.size() && have.size() == kBodies.size() &&
         std::all_of(kBodies.begin(), kBodies.end(),
                     [&](const AmpBody& b) { return have.count(b.name) > 0; });
}

bool is_amp_humanoid(const Skeleton& skeleton) {
  std::vector<std::string> names;
  for (const Body& b : skeleton.bodies()) names.push_back(b.name);
  if (!is_amp_humanoid(names)) return false;
  const Body& arm = skeleton.bodies()[static_cast<size_t>(skeleton.find_body("right_lower_arm"))];
  return arm.rest_pos.z() < 0 && std::abs(arm.rest_pos.y()) < 0.5 * std::abs(arm.rest_pos.z());
}

std::vector<std::string> amp_dof_names() {
  std::vector<std::string> out;
  for (const AmpJoint& j : kAmpJoints) {
    if (j.dofs == 1) {
      out.emplace_back(j.name);
    } else {
      for (const char* axis : {"_x", "_y", "_z"}) out.push_back(std::string(j.name) + axis);
    }
  }
  return out;
}

std::map<std::string, int> amp_roles(const std::vector<std::string>& names) {
  std::map<std::string, int> out;
  for (const auto& [role, body] : kRoles) {
    const auto it = std::find(names.begin(), names.end(), body);
    if (it == names.end()) return {};
    out[std::string(role)] = static_cast<int>(it - names.begin());
  }
  return out;
}

SkeletonPtr amp_skeleton(const std::vector<Vec3>& rest_pos) {
  Skeleton::Spec s;
  s.name = "amp_humanoid";
  s.kind = SkeletonKind::robot;
  std::vector<std::string> names;
  for (size_t i = 0; i < kBodies.size(); ++i) {
    const AmpBody& b = kBodies[i];
    const Vec3 published(b.x, b.y, b.z);
    const bool equal = (rest_pos[i] - published).cwiseAbs().maxCoeff() < 1e-4;
    names.emplace_back(b.name);
    s.bodies.push_back(
        {.name = names.back(), .parent = b.parent, .rest_pos = equal ? published : rest_pos[i]});
    for (const AmpJoint& j : kAmpJoints) {
      if (j.body != b.name) continue;
      s.joints.push_back({.name = std::string(j.name),
                          .type = j.dofs == 3 ? JointType::ball : JointType::hinge,
                          .body = static_cast<int>(i),
                          .axis = Vec3::UnitY()});
    }
  }
  s.roles = amp_roles(names);
  return Skeleton::build(std::move(s));
}

Frames amp_dofs(const Clip& clip) {
  Frames out(clip.frames(), kAmpDofs);
  std::vector<Quat> rotations;
  for (int f = 0; f < clip.frames(); ++f) {
    joint_rotations(clip, f, rotations);
    int dof = 0;
    for (const AmpJoint& j : kAmpJoints) {
      const Vec3 e = log_map(rotations[static_cast<size_t>(clip.skeleton->find_body(j.body))]);
      if (j.dofs == 1) {
        out(f, dof++) = e.y();  // Isaac Gym takes the y component, not the twist
      } else {
        for (int k = 0; k < 3; ++k) out(f, dof++) = e[k];
      }
    }
  }
  return out;
}

}  // namespace motus::formats
