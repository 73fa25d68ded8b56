#pragma once
// A small skeleton for tests: base, upper arm on a ball, lower arm on a hinge about y.
#include "motion/skeleton.h"

namespace motus {

inline Skeleton::Spec arm_spec() {
  Skeleton::Spec s;
  s.name = "arm";
  s.kind = SkeletonKind::robot;
  s.bodies = {{.name = "base"},
              {.name = "upper", .parent = 0, .rest_pos = Vec3(0, 0, 1)},
              {.name = "lower", .parent = 1, .rest_pos = Vec3(1, 0, 0)}};
  s.joints = {{.name = "shoulder", .type = JointType::ball, .body = 1},
              {.name = "elbow", .type = JointType::hinge, .body = 2, .axis = Vec3::UnitY()}};
  return s;
}

inline SkeletonPtr arm() {
  return Skeleton::build(arm_spec());
}

}  // namespace motus
