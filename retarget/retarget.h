#pragma once
// Any skeleton's motion to a robot: map, observe, plan, solve, report.
#include <optional>

#include "retarget/map.h"
#include "retarget/report.h"

namespace motus::retarget {

struct Options {
  RoleNames map;                ///< roles said by the user; win over names
  std::optional<double> fps;    ///< of the result; unset = the source's
  std::optional<double> scale;  ///< robot length per source length; unset = ratio of the legs
  int iterations = 3;           ///< solver steps a frame
  bool copy_same_dofs = true;   ///< a clip of the same robot keeps its joint angles
};

struct Result {
  Clip clip;
  Report report;
  RoleMap roles;  ///< of the source
};

/// Throws Error(bad_input) if the source cannot be matched, or if one has two legs and the other
/// four. The result's dofs lie within the robot's limits, always.
Result run(const Clip& source, const RobotBody& robot, const Options& options = {});

}  // namespace motus::retarget
