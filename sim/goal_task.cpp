#include "sim/goal_task.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "sim/task_terms.h"

namespace motus::sim {

namespace {

class GoalTask final : public Task {
 public:
  GoalTask(const EnvConfig& config, int envs)
      : options_(config.task), targets_(static_cast<size_t>(envs)) {}

  int obs_size() const override { return task_obs_size(options_.task); }

  void start(Scene& s) override {
    if (command_) return follow(s, 0);
    draw(s);
  }

  void update(Scene& s) override {
    if (command_) return follow(s, s.dt);
    if (static_cast<float>(s.time()) >= target(s).until) draw(s);
  }

  float* observe(Scene& s, float* out) const override {
    return task_obs(options_, s.snapshot, target(s), out);
  }

  float reward(Scene& s) const override {
    return task_reward(options_, s.snapshot, s.before, static_cast<float>(s.dt), target(s));
  }

  /// As MimicKit's viewer draws them: the speed becomes the distance of the red arrow. Places are
  /// often out of the picture: an arrow points there.
  std::vector<Marker> markers(int env, const Vec3& root, double /*heading*/) const override {
    const Target& t = targets_.at(static_cast<size_t>(env));
    const auto arrow = [&](const char* name, double x, double y, double distance) {
      const double angle = std::atan2(y, x);
      return Marker{.name = name,
                    .shape = Marker::Shape::arrow,
                    .pos = root + distance * Vec3(std::cos(angle), std::sin(angle), 0),
                    .angle = angle,
                    .size = 0.5};
    };
    if (options_.task == TaskKind::location) {
      const Vec3 place(t.pos[0], t.pos[1], 0);
      return {{.name = "target", .pos = place, .size = 1},
              arrow("way", place.x() - root.x(), place.y() - root.y(), 0.7)};
    }
    const double range = options_.speed_max - options_.speed_min;
    const double share = range > 0 ? (t.speed - options_.speed_min) / range : 1;
    std::vector<Marker> out{
        arrow("travel", t.dir[0], t.dir[1], 1 + 0.5 * std::clamp(share, 0.0, 1.0)),
        arrow("face", t.face[0], t.face[1], 1)};
    const float green[4] = {0.1F, 0.7F, 0.2F, 1};
    std::copy_n(green, 4, out[1].rgba);
    return out;
  }

  bool command(const Command& command) override {
    if (options_.task != TaskKind::steering) return false;
    command_ = command;
    return true;
  }

  std::optional<double> asked_speed(int env) const override {
    return options_.task == TaskKind::location ? options_.speed
                                               : targets_[static_cast<size_t>(env)].speed;
  }

  std::span<std::byte> state() override { return std::as_writable_bytes(std::span(targets_)); }

 private:
  void draw(Scene& s) {
    float u[4];
    for (uint64_t k = 0; k < 4; ++k) u[k] = task_random(s, k);
    ++s.clock->draws;
    draw_target(options_, s.snapshot, static_cast<float>(s.time()), u, target(s));
  }

  /// The command's target, `dt` s after the last one.
  void follow(const Scene& s, double dt) {
    const float velocity[3] = {static_cast<float>(command_->vx), static_cast<float>(command_->vy),
                               static_cast<float>(command_->wz)};
    command_target(velocity, s.snapshot, static_cast<float>(dt), target(s));
  }

  Target& target(const Scene& s) { return targets_[static_cast<size_t>(s.env)]; }
  const Target& target(const Scene& s) const { return targets_[static_cast<size_t>(s.env)]; }

  TaskOptions options_;
  std::vector<Target> targets_;     ///< (E)
  std::optional<Command> command_;  ///< of a viewer; no part of a saved state
};

}  // namespace

std::unique_ptr<Task> make_goal_task(const EnvConfig& config, int envs) {
  return std::make_unique<GoalTask>(config, envs);
}

}  // namespace motus::sim
