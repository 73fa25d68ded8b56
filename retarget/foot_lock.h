#pragma once
// Stance made exact: the legs of planted feet are solved alone, root and trunk as they are, until
// the point that the foot stands on is where the plan put it. What that moved fades out over the
// neighbouring swing frames, so that a step does not begin with a jerk.
#include <span>

#include "retarget/plan.h"
#include "retarget/track.h"

namespace motus::retarget {

struct FootLockStats {
  double moved = 0;  ///< m, largest correction
  double left = 0;   ///< m, largest distance that limits or reach left over
};

FootLockStats lock_feet(const RobotBody& body, std::span<const Target> targets, double fps,
                        int jobs, Track& track);

}  // namespace motus::retarget
