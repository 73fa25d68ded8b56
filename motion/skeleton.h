#pragma once
// The tree that a motion moves: bodies, joints, end sites, roles. Built once, validated, shared,
// immutable.
//
// Forward kinematics (see motion/kinematics.h), root j = 0 from the clip, others:
//   pos[j] = pos[parent] + rot[parent] * rest_pos[j]
//   rot[j] = rot[parent] * rest_rot[j] * joint_rot[j]
// joint_rot[j] comes from the joints of body j (robots) or from Clip::local_rot (characters).
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "motion/math.h"

namespace motus {

struct Body {
  std::string name;
  int parent = -1;               ///< -1 for the root, otherwise smaller than the own index
  Vec3 rest_pos = Vec3::Zero();  ///< m, in the parent's frame
  Quat rest_rot = Quat::Identity();
};

enum class JointType { hinge, ball };

/// A joint turns its body about the body's origin. The root's free joint is not listed.
struct Joint {
  std::string name;
  JointType type = JointType::hinge;
  int body = 0;
  Vec3 axis = Vec3::UnitX();  ///< unit, in the body's frame; unused for balls
  int dof = 0;                ///< first column of dof_pos
  int dof_count() const { return type == JointType::ball ? 3 : 1; }
};

/// One column of dof_pos: a hinge's angle (rad) or a component of a ball's exponential map (rad).
struct Dof {
  std::string name;
  double lower = -kUnlimited;
  double upper = kUnlimited;
  static constexpr double kUnlimited = 1e30;
  bool limited() const { return lower > -kUnlimited || upper < kUnlimited; }
};

/// A named point at the tip of a chain (BVH's End Site, a foot's toe).
struct EndSite {
  std::string name;
  int body = 0;
  Vec3 pos = Vec3::Zero();  ///< m, in the body's frame
};

enum class SkeletonKind { robot, character };

class Skeleton;
using SkeletonPtr = std::shared_ptr<const Skeleton>;

class Skeleton {
 public:
  /// What build() takes; plain data, in any state.
  struct Spec {
    std::string name;
    SkeletonKind kind = SkeletonKind::character;
    std::vector<Body> bodies;   ///< depth-first
    std::vector<Joint> joints;  ///< ordered by body; `dof` is filled in by build()
    std::vector<Dof>
        dofs;  ///< one per dof, in joint order; empty = unlimited, named after the joints
    std::vector<EndSite> end_sites;
    std::map<std::string, int> roles;  ///< role (motion/roles.h) -> body
    std::string model_file;            ///< the MJCF or URDF it came from, if any
    std::string model_sha256;
    double mass = 0;  ///< kg, 0 = unknown
  };

  /// Validates and freezes. Throws Error(bad_input) for an empty tree, a parent after its child,
  /// duplicate or empty names, a non-unit axis or a joint out of order.
  static SkeletonPtr build(Spec spec);

  const std::string& name() const { return spec_.name; }
  SkeletonKind kind() const { return spec_.kind; }
  const std::vector<Body>& bodies() const { return spec_.bodies; }
  const std::vector<Joint>& joints() const { return spec_.joints; }
  const std::vector<Dof>& dofs() const { return spec_.dofs; }
  const std::vector<EndSite>& end_sites() const { return spec_.end_sites; }
  const std::map<std::string, int>& roles() const { return spec_.roles; }
  const Spec& spec() const { return spec_; }

  int body_count() const { return static_cast<int>(spec_.bodies.size()); }
  int dof_count() const { return static_cast<int>(spec_.dofs.size()); }
  /// Index of the body with this name, or -1.
  int find_body(std::string_view name) const;
  /// Index of the dof with this name, or -1.
  int find_dof(std::string_view name) const;
  /// Body of a role, or -1.
  int role(std::string_view name) const;
  /// Indices into joints() of the joints of `body`: [first, last).
  std::pair<int, int> joints_of(int body) const { return joints_of_[static_cast<size_t>(body)]; }
  /// True where bodies, joints, rest poses and limits are equal (names of model files do not
  /// count).
  bool same_structure(const Skeleton& other) const;

 private:
  explicit Skeleton(Spec spec) : spec_(std::move(spec)) {}
  Spec spec_;
  std::vector<std::pair<int, int>> joints_of_;
};

}  // namespace motus
