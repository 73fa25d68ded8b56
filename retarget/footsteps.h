#pragma once
// Foot targets of one leg: places on the floor in stance, corrected swings between them.
#include "retarget/plan.h"

namespace motus::retarget {

inline constexpr double kRollMargin = 0.04;  ///< rad that an ankle's roll keeps from its limit

/// `raw` is the scaled source (F). Returns the targets with stance locked, rolled and blended.
/// `hips`: where the leg begins (F), or nothing; a foot under a leg that leans further than its ankle
/// can tilt rolls onto its edge. `point_feet`: feet without orientation (quadrupeds).
std::vector<FootTarget> plan_foot(const std::vector<FootTarget>& raw, const FootContact& contact,
                                  const std::vector<Vec3>& hips, const Foot& foot, double fps,
                                  bool point_feet);

}  // namespace motus::retarget
