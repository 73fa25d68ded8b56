#pragma once
#include <vector>

#include "motion/skeleton.h"

namespace motus::view {

enum class Side { centre, left, right };

/// The side of each body: by its role, else by "left", "right" or a lone l or r in its name
/// ("LeftArm", "l_hip", "arm.R", "lThigh"), else its parent's.
std::vector<Side> sides(const Skeleton& skeleton);

}  // namespace motus::view
