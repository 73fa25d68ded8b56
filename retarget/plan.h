#pragma once
// From what a source does to what a robot shall do: targets per frame that a robot of its own
// proportions can reach.
//
// Lengths scale by the ratio of the legs. A foot in stance gets one place on the floor and rolls
// over it about heel and toe, the sole never below z = 0; in the swing the correction that this
// made fades out and the next one fades in. The pelvis is lowered, smoothly, where a standing leg
// would have to be stretched. Frames in which the source flies are only scaled.
#include <optional>
#include <vector>

#include "retarget/body.h"
#include "retarget/observe.h"

namespace motus::retarget {

struct FootTarget {
  Vec3 ankle = Vec3::Zero();
  Quat foot = Quat::Identity();  ///< anatomical
  bool planted = false;          ///< locked to its place on the floor
  Vec3 touch = Vec3::Zero();     ///< m from the ankle, in the foot: what it stands or rolls on
};

struct Target {
  Vec3 centre = Vec3::Zero();
  Quat pelvis = Quat::Identity(), chest = Quat::Identity(), head = Quat::Identity();
  std::array<FootTarget, kMaxLegs> feet;
  std::array<LegAxes, kMaxLegs> legs;
  std::array<ArmPose, kMaxArms> arms;
  /// rad, near to which the three hinges of a shoulder are sought (retarget/guard.h), if anywhere
  std::array<std::optional<Vec3>, kMaxArms> shoulders;
};

struct Plan {
  double scale = 1;  ///< robot leg / source leg
  double drop = 0;   ///< m, largest lowering of the pelvis
  std::vector<Target> targets;
};

/// `jobs`: threads; the result does not depend on it.
Plan make_plan(const Observation& source, const RobotBody& robot, std::optional<double> scale = {},
               int jobs = 1);

}  // namespace motus::retarget
