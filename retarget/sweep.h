#pragma once
// The causal sweep: frame after frame, each from the one before.
//
// Long clips are cut into windows that are solved side by side. A window starts from a pose of its
// own some frames early; where it then does not meet the end of the window before it, its first
// frames are solved again from there until they do. The result depends on the windows, never on the
// number of threads.
#include <span>

#include "retarget/ik.h"
#include "retarget/track.h"

namespace motus::retarget {

struct SweepStats {
  int windows = 0;
  int resolved = 0;  ///< frames solved again at the seams
};

/// Fills `track` (as many frames as targets).
SweepStats sweep(const RobotBody& body, std::span<const Target> targets, double fps, int iterations,
                 int jobs, Track& track);

}  // namespace motus::retarget
