#pragma once
// A body for a skeleton that has none: a capsule along every bone, a ball at every joint, the left
// side blue, the right side orange.
#include "motion/skeleton.h"

struct mjSpec_;

namespace motus::view {

/// A new MuJoCo specification whose bodies carry the skeleton's names, nested as there; the caller
/// deletes it. Bones are about an eighth as thick as long, within bounds set by the whole figure.
mjSpec_* make_stick_figure(const Skeleton& skeleton);

}  // namespace motus::view
