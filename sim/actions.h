#pragma once
// What an action means: target = action * scale + centre, one row per dof, rad (exponential map
// components for balls). The rules are those of sim/env_config.h.
#include <vector>

#include "sim/env_config.h"
#include "sim/reference.h"

namespace motus::sim {

struct ActionRange {
  std::vector<float> centre, scale;  ///< (D)
};

/// Gains as simulated. Throws Error(usage) for a dof whose missing limits a rule needs.
ActionRange action_range(const EnvConfig& config, const Reference& reference,
                         const std::vector<double>& kp, const std::vector<double>& kd,
                         const std::vector<double>& torque_limit);

}  // namespace motus::sim
