#pragma once
// MimicKit's task_location and task_steering: a place to reach, or a way to go and to face.
#include "sim/task.h"

namespace motus::sim {

std::unique_ptr<Task> make_goal_task(const EnvConfig& config, int envs);

}  // namespace motus::sim
