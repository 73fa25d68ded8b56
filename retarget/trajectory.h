#pragma once
// The pass over the whole clip: poses that answer their targets and together move smoothly.
//
// The problem min sum_t f_t(x_t) + w ||third differences of x||^2 is split (alternating direction
// method of multipliers; Boyd et al. 2011, section 3): f_t is one frame's tasks, contacts, floor and
// limits, and asks nothing of its neighbours; the differences are linear and band-shaped, and ask
// nothing of the poses. The two take turns and meet by their multipliers. Frames are solved side by
// side, so the result does not depend on the number of threads, and three tracks are all the memory
// it takes. The smooth track is what is kept; the terms that must hold are then put on it again.
#include <span>

#include "retarget/ik.h"
#include "retarget/track.h"

namespace motus::retarget {

struct TrajectoryOptions {
  int rounds = 2;
  double cutoff = 7;  ///< Hz, of what is kept where nothing else is asked
};

struct TrajectoryStats {
  double limited = 0;  ///< rad, largest change that the limit of speed took
  int repeats = 0;     ///< rounds that motors too slow for their task took
};

/// `track` holds the sweep's result and takes the pass's.
TrajectoryStats smooth_trajectory(const RobotBody& body, std::span<const Target> targets,
                                  double fps, int jobs, const TrajectoryOptions& options,
                                  Track& track);

}  // namespace motus::retarget
