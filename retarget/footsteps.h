#pragma once
// Foot targets of one leg: places on the floor in stance, corrected swings between them.
#include "retarget/plan.h"

namespace motus::retarget {

/// `raw` is the scaled source (F). Returns the targets with stance locked, rolled and blended.
/// `point_feet`: feet without orientation (quadrupeds).
std::vector<FootTarget> plan_foot(const std::vector<FootTarget>& raw, const FootContact& contact,
                                  const Foot& foot, double fps, bool point_feet);

}  // namespace motus::retarget
