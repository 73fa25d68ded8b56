#pragma once
// Targets for a four-legged robot by the rule of Peng et al. 2020 (Learning Agile Robotic Locomotion
// Skills by Imitating Animals), to compare with: no foot is locked, nothing is smoothed.
#include "retarget/plan.h"

namespace motus::retarget {

/// The trunk points ahead as the source's does, without roll. A foot stands where the source's does
/// from its hip, at the height of the source's foot above the floor.
Plan peng_plan(const Observation& source, const RobotBody& robot, std::optional<double> scale = {});

}  // namespace motus::retarget
