#pragma once
// AMP_for_hardware's task: hold a velocity of the base, commanded in its own frame.
#include "sim/task.h"

namespace motus::sim {

std::unique_ptr<Task> make_velocity_task(const EnvConfig& config, int envs);

}  // namespace motus::sim
