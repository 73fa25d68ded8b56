#pragma once
// A body for a skeleton that has none: a capsule along every bone, a ball at every joint, the left
// side blue, the right side orange.
#include <string>

#include "motion/skeleton.h"

struct mjSpec_;

namespace motus::view {

/// The name of a skeleton's body in its stick figure: a body may be called "world", which MuJoCo
/// keeps for itself.
inline std::string stick_name(const std::string& body) {
  return "bone/" + body;
}

/// A new MuJoCo specification with a body named stick_name() for each of the skeleton's, nested as
/// there; the caller deletes it. Bones are about an eighth as thick as long, within bounds set by the whole figure.
mjSpec_* make_stick_figure(const Skeleton& skeleton);

}  // namespace motus::view
