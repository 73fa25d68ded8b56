#pragma once
// A robot of which only the model is known: what its bodies are for, and how it stands.
#include "motion/robot.h"

namespace motus::retarget {

/// Fills in roles, kind, key, contact and foot bodies from names, tree and geometry, and a default
/// pose with soft knees and flat feet unless the model brought one. A robot faces x at zero joint
/// angles. Throws Error(bad_input) for one without joints or legs.
Robot understand_robot(Robot robot);

}  // namespace motus::retarget
