#include "sim/velocity_task.h"

#include <cmath>
#include <optional>

#include "sim/task_terms.h"

namespace motus::sim {

namespace {

class VelocityTask final : public Task {
 public:
  VelocityTask(const EnvConfig& config, int envs)
      : options_(config.task.velocity), commands_(static_cast<size_t>(envs)) {}

  int obs_size() const override { return 3; }

  void start(Scene& s) override { draw(s); }

  void update(Scene& s) override {
    if (held_ || s.clock->step % options_.resample_steps == 0) draw(s);
  }

  float* observe(Scene& s, float* out) const override {
    const VelocityCommand& c = commands_[static_cast<size_t>(s.env)];
    out[0] = options_.lin_scale * c.vx;
    out[1] = options_.lin_scale * c.vy;
    out[2] = options_.ang_scale * c.wz;
    return out + 3;
  }

  float reward(Scene& s) const override {
    return velocity_reward(options_, s.snapshot, commands_[static_cast<size_t>(s.env)],
                           static_cast<float>(s.dt));
  }

  std::vector<Marker> markers(int env, const Vec3& root, double heading) const override {
    const VelocityCommand& c = commands_.at(static_cast<size_t>(env));
    return {{.name = "travel",
             .shape = Marker::Shape::arrow,
             .pos = root,
             .angle = heading + std::atan2(c.vy, c.vx),  // commands turn with the base
             .size = std::hypot(c.vx, c.vy)}};
  }

  bool command(const Command& command) override {
    held_ = command;
    return true;
  }

  std::optional<double> asked_speed(int env) const override {
    const VelocityCommand& c = commands_[static_cast<size_t>(env)];
    return std::hypot(c.vx, c.vy);
  }

  std::span<std::byte> state() override { return std::as_writable_bytes(std::span(commands_)); }

 private:
  void draw(Scene& s) {
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

  VelocityOptions options_;
  std::vector<VelocityCommand> commands_;  ///< (E)
  std::optional<Command> held_;            ///< of a viewer; no part of a saved state
};

}  // namespace

std::unique_ptr<Task> make_velocity_task(const EnvConfig& config, int envs) {
  return std::make_unique<VelocityTask>(config, envs);
}

}  // namespace motus::sim
