#include "sim/goal_task.h"

#include <algorithm>
#include <cmath>

namespace motus::sim {

GoalTask::GoalTask(const EnvConfig& config, int envs)
    : options_(config.task), targets_(static_cast<size_t>(envs)) {}

void GoalTask::draw(Scene& s) {
  float u[4];
  for (uint64_t k = 0; k < 4; ++k) u[k] = task_random(s, k);
  ++s.clock->draws;
  draw_target(options_, s.snapshot, static_cast<float>(s.time()), u, target(s));
}

/// The command's target, `dt` s after the last one.
void GoalTask::follow(const Scene& s, double dt) {
  const float velocity[3] = {static_cast<float>(command_->vx), static_cast<float>(command_->vy),
                             static_cast<float>(command_->wz)};
  command_target(velocity, s.snapshot, static_cast<float>(dt), target(s));
}

void GoalTask::start(Scene& s) {
  if (command_) return follow(s, 0);
  draw(s);
}

void GoalTask::update(Scene& s) {
  if (command_) return follow(s, s.dt);
  if (static_cast<float>(s.time()) >= target(s).until) draw(s);
}

float* GoalTask::observe(Scene& s, float* out) const {
  return task_obs(options_, s.snapshot, target(s), out);
}

float GoalTask::reward(Scene& s) const {
  return task_reward(options_, s.snapshot, s.before, static_cast<float>(s.dt), target(s));
}

/// As MimicKit's viewer draws them: the speed becomes the distance of the red arrow.
std::vector<Marker> GoalTask::markers(int env, const Vec3& root) const {
  const Target& t = targets_.at(static_cast<size_t>(env));
  if (options_.task == TaskKind::location) {
    return {{.name = "target", .pos = Vec3(t.pos[0], t.pos[1], 0), .size = 1}};
  }
  const double range = options_.speed_max - options_.speed_min;
  const double share = range > 0 ? (t.speed - options_.speed_min) / range : 1;
  const auto arrow = [&](const char* name, const float dir[2], double distance) {
    return Marker{.name = name,
                  .shape = Marker::Shape::arrow,
                  .pos = root + distance * Vec3(dir[0], dir[1], 0),
                  .angle = std::atan2(dir[1], dir[0]),
                  .size = 0.5};
  };
  std::vector<Marker> out{arrow("travel", t.dir, 1 + 0.5 * std::clamp(share, 0.0, 1.0)),
                          arrow("face", t.face, 1)};
  const float green[4] = {0.1F, 0.7F, 0.2F, 1};
  std::copy_n(green, 4, out[1].rgba);
  return out;
}

bool GoalTask::command(const Command& command) {
  if (options_.task != TaskKind::steering) return false;
  command_ = command;
  return true;
}

}  // namespace motus::sim
