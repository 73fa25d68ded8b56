#pragma once
// What an action means: command = action * scale + centre, one row per dof. A command is a target in
// rad (exponential map components for balls), and in the control modes vel and torque rad/s and N m.
// The rules of targets are those of sim/env_config.h; a speed is up to 2 pi, a torque up to the limit.
#include <vector>

#include "sim/env_config.h"
#include "sim/reference.h"

namespace motus::sim {

struct ActionRange {
  std::vector<float> centre, scale;  ///< (D)
};

/// Gains as simulated. Throws Error(usage) for a dof whose missing limits a rule needs, or for a rule
/// of positions in a mode without them.
ActionRange action_range(const EnvConfig& config, const Reference& reference,
                         const std::vector<double>& kp, const std::vector<double>& kd,
                         const std::vector<double>& torque_limit);

}  // namespace motus::sim
