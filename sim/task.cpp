#include "sim/task.h"

#include "motion/error.h"
#include "sim/dodgeball_task.h"
#include "sim/goal_task.h"
#include "sim/random.h"
#include "sim/tracking_task.h"
#include "sim/velocity_task.h"

namespace motus::sim {

namespace {

constexpr uint64_t kStreams = 1ull << 63;  ///< beside the streams of starts

/// Nothing but the discriminator's reward.
class NoTask final : public Task {
 public:
  NoTask(const EnvConfig&, int) {}
  bool rewarded() const override { return false; }
};

/// The same for every step: staying alive is the task.
class ConstantTask final : public Task {
 public:
  ConstantTask(const EnvConfig& config, int /*envs*/) : reward_(config.task.constant) {}
  float reward(Scene&) const override { return reward_; }

 private:
  float reward_;
};

template <typename T>
std::unique_ptr<Task> make(const EnvConfig& config, int envs) {
  return std::make_unique<T>(config, envs);
}

struct Line {
  TaskKind kind;
  std::unique_ptr<Task> (*make)(const EnvConfig& config, int envs);
};

/// All of them; a new one is a line here and a TaskKind.
constexpr Line kTasks[] = {
    {TaskKind::none, make<NoTask>},
    {TaskKind::constant, make<ConstantTask>},
    {TaskKind::tracking, make<TrackingTask>},
    {TaskKind::location, make_goal_task},
    {TaskKind::steering, make_goal_task},
    {TaskKind::velocity, make_velocity_task},
    {TaskKind::dodgeball, make<DodgeballTask>},
};

}  // namespace

std::unique_ptr<Task> make_task(const EnvConfig& config, int envs) {
  for (const Line& line : kTasks) {
    if (line.kind == config.task.task) return line.make(config, envs);
  }
  throw_error(Kind::failed, "environment {} has no task", config.env_name);
}

float task_random(const Scene& s, uint64_t index) {
  return static_cast<float>(
      random_unit(s.seed, kStreams | static_cast<uint64_t>(s.env), s.clock->draws, index));
}

}  // namespace motus::sim
