#pragma once
// Balls as the three hinges that they are built of. A solver's steps and limits are angles of
// hinges; clips, and tracks that come from formulas, hold exponential maps, which have no pole.
#include <vector>

#include "motion/clip.h"
#include "retarget/model.h"

namespace motus::retarget {

/// The skeleton with every ball as hinges about x, y and z: the same bodies and dofs. Itself if it
/// has none.
SkeletonPtr hinged(const SkeletonPtr& skeleton);

class Balls {
 public:
  explicit Balls(const Skeleton& skeleton);

  /// Exponential maps to hinge angles.
  void to_angles(Eigen::VectorXd& dofs) const;
  /// The same, nearest to other angles.
  void to_angles_near(const Eigen::VectorXd& angles, Eigen::VectorXd& dofs) const;
  /// Hinge angles to the exponential maps that are nearest to other ones.
  void to_maps_near(const Eigen::VectorXd& maps, Eigen::VectorXd& dofs) const;
  /// Rows of hinge angles to exponential maps, each near to the one before.
  void to_maps(Frames& dofs) const;

  /// A ball that its limits make jump from one frame to the next, rows of exponential maps, by more
  /// than `most` (D) rad: it goes the way of its hinges, which are never outside, slowly enough.
  void limit_turns(const Eigen::RowVectorXd& most, Frames& dofs) const;

 private:
  std::vector<Dof> dofs_;
  std::vector<int> balls_;  ///< their first dofs
};

}  // namespace motus::retarget
