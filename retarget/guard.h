#pragma once
// Which way round a shoulder goes, decided over the whole clip.
//
// Three hinges in a row reach a rotation in more than one way, and their limits cut a full turn of
// an arm somewhere: a solver that follows an arm frame by frame ends at a limit with no way back,
// on the other side of where it began. So the angles of a shoulder are sought first on a grid of
// its first hinge, the other two following from it, by dynamic programming over time (Viterbi): the
// path of least misfit and movement. It is a guide for the solver and not the answer.
#include <span>

#include "retarget/plan.h"

namespace motus::retarget {

/// A shoulder of three hinges whose second axis stands on the two others.
struct Shoulder {
  std::array<int, 3> dofs{};
  std::array<Vec3, 3> axes;      ///< from the trunk outwards, in the zero pose
  Eigen::Vector3d lower, upper;  ///< rad
  Vec3 arm = Vec3::Zero();       ///< unit, of the upper arm in the zero pose
  Vec3 elbow = Vec3::Zero();     ///< unit, elbow axis, likewise
};

/// Nothing for an arm that is built otherwise.
std::optional<Shoulder> shoulder(const RobotBody& body, size_t arm);

struct GuardStats {
  int arms = 0;  ///< that need a guide: they come near to their first axis, or above the shoulder
};

/// Sets Target::shoulders of the arms that need it.
GuardStats guide_shoulders(const RobotBody& body, double fps, std::span<Target> targets);

}  // namespace motus::retarget
