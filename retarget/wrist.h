#pragma once
// Wrists of three hinges that stand on each other, solved exactly: the hand's rotation against the
// forearm is taken apart into their angles. Nothing is asked of the arm, and there is no other local
// minimum to stay in.
#include <array>
#include <optional>

#include "retarget/body.h"

namespace motus::retarget {

struct Wrist {
  std::array<int, 3> dofs{};
  Eigen::Matrix3d axes;  ///< columns: the first two, and what is left of both; of the zero pose
  double sign = 1;       ///< of the third axis along the last column
  Vec3 lower = Vec3::Zero(), upper = Vec3::Zero();  ///< rad
};

/// Nothing for a wrist that is built otherwise.
std::optional<Wrist> wrist(const RobotBody& body, const Arm& arm);

/// Angles (rad) within the limits that turn a hand by `turn` from the zero pose, in the forearm's
/// zero pose. Where a limit cuts an angle off, the end nearer to `now` is kept until the other one
/// is clearly better.
Vec3 wrist_angles(const Wrist& wrist, const Quat& turn, const Vec3& now);

}  // namespace motus::retarget
