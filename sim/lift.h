#pragma once
// Clips that were made for another body or floor often walk with their feet below the ground.
#include <mujoco/mujoco.h>

#include "motion/clip.h"
#include "sim/env_config.h"

namespace motus::sim {

/// Raises each clip by the median (or the largest) depth of its lowest point below z = 0; a clip
/// that is above the floor stays. `m` is the model that build_model() made for the clips' skeleton.
void lift_clips(Dataset& dataset, const mjModel& m, ClipLift rule);

}  // namespace motus::sim
