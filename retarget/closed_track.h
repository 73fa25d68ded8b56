#pragma once
// A whole clip by formulas (retarget/closed.h): every frame's pose, smooth over time, feet planted
// again. Frames in which a limit, the floor or another body stands in the way, and only these, are
// given to the iterative solver.
#include <optional>
#include <span>

#include "retarget/closed.h"
#include "retarget/track.h"

namespace motus::retarget {

struct ClosedStats {
  int unmet = 0;       ///< frames whose target limits or reach did not allow
  int held = 0;        ///< frames that the smooth track had to leave for floor, bodies and feet
  double moved = 0;    ///< m, largest correction of a planted foot
  double limited = 0;  ///< rad, largest change that the limit of speed took
};

/// Fills `track` (as many frames as targets). `smooth`: full quality; otherwise frame by frame. None
/// if too many frames of a person need the solver: its own sweep then joins them better.
std::optional<ClosedStats> solve_closed(const RobotBody& body, const ClosedForm& form,
                                        std::span<const Target> targets, double fps, bool smooth,
                                        int jobs, Track& track);

}  // namespace motus::retarget
