#pragma once
// The 15-body humanoid of DeepMimic and AMP as Isaac Gym and Isaac Lab have it: the arms hang in
// the zero pose (MimicKit's figure has the same names but a T-pose). Its 28 dofs are known by name:
// three-axis joints count exponential-map components, elbows and knees turn about y.
#include <array>
#include <span>
#include <string_view>

#include "motion/clip.h"

namespace motus::formats {

struct AmpJoint {
  std::string_view name, body;
  int dofs;
};

/// In the order of the 28 dofs, which is the order of the bodies.
inline constexpr std::array kAmpJoints = {AmpJoint{"abdomen", "torso", 3},
                                          AmpJoint{"neck", "head", 3},
                                          AmpJoint{"right_shoulder", "right_upper_arm", 3},
                                          AmpJoint{"right_elbow", "right_lower_arm", 1},
                                          AmpJoint{"left_shoulder", "left_upper_arm", 3},
                                          AmpJoint{"left_elbow", "left_lower_arm", 1},
                                          AmpJoint{"right_hip", "right_thigh", 3},
                                          AmpJoint{"right_knee", "right_shin", 1},
                                          AmpJoint{"right_ankle", "right_foot", 3},
                                          AmpJoint{"left_hip", "left_thigh", 3},
                                          AmpJoint{"left_knee", "left_shin", 1},
                                          AmpJoint{"left_ankle", "left_foot", 3}};
inline constexpr int kAmpDofs = 28;

/// True if `names` are exactly the 15 bodies, in any order.
bool is_amp_humanoid(const std::vector<std::string>& names);
/// The same for a skeleton, and the lower arms hang.
bool is_amp_humanoid(const Skeleton& skeleton);

/// The names of the 28 dofs.
std::vector<std::string> amp_dof_names();

/// Roles of the bodies that carry these names; empty if `names` is another figure. Figures with
/// more bodies (sword, shield) keep the roles of the common ones.
std::map<std::string, int> amp_roles(const std::vector<std::string>& names);

/// The skeleton with joints. `rest_pos` (15) in the order of amp_bodies(); offsets that equal the
/// published ones to 1e-4 m become those, so that clips of different precision share a skeleton.
SkeletonPtr amp_skeleton(const std::vector<Vec3>& rest_pos);

struct AmpBody {
  std::string_view name;
  int parent;
  double x, y, z;  ///< m
};
/// Depth-first.
std::span<const AmpBody> amp_bodies();

/// The 28 dofs of a clip of this figure, (F, 28).
Frames amp_dofs(const Clip& clip);

}  // namespace motus::formats
