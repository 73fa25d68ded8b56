#include "sim/velocity_task.h"

#include <cmath>

namespace motus::sim {

VelocityTask::VelocityTask(const EnvConfig& config, int envs)
    : options_(config.task.velocity), commands_(static_cast<size_t>(envs)) {}

void VelocityTask::draw(Scene& s) {
  VelocityCommand& c = commands_[static_cast<size_t>(s.env)];
  if (held_) {
    c = {static_cast<float>(held_->vx), static_cast<float>(held_->vy),
         static_cast<float>(held_->wz)};
    return;
  }
  float u[3];
  for (uint64_t k = 0; k < 3; ++k) u[k] = task_random(s, k);
  ++s.clock->draws;
  c = draw_command(options_, u);
}

void VelocityTask::start(Scene& s) {
  draw(s);
}

void VelocityTask::update(Scene& s) {
  if (held_ || s.clock->step % options_.resample_steps == 0) draw(s);
}

float* VelocityTask::observe(Scene& s, float* out) const {
  const VelocityCommand& c = commands_[static_cast<size_t>(s.env)];
  out[0] = options_.lin_scale * c.vx;
  out[1] = options_.lin_scale * c.vy;
  out[2] = options_.ang_scale * c.wz;
  return out + 3;
}

float VelocityTask::reward(Scene& s) const {
  return velocity_reward(options_, s.snapshot, commands_[static_cast<size_t>(s.env)],
                         static_cast<float>(s.dt));
}

std::vector<Marker> VelocityTask::markers(int env, const Vec3& root) const {
  const VelocityCommand& c = commands_.at(static_cast<size_t>(env));
  return {{.name = "travel",
           .shape = Marker::Shape::arrow,
           .pos = root,
           .angle = std::atan2(c.vy, c.vx),
           .size = std::hypot(c.vx, c.vy)}};
}

bool VelocityTask::command(const Command& command) {
  held_ = command;
  return true;
}

}  // namespace motus::sim
