#pragma once
// MimicKit's task_location and task_steering: a place to reach, or a way to go and to face.
#include <optional>
#include <vector>

#include "sim/task.h"
#include "sim/task_terms.h"

namespace motus::sim {

class GoalTask final : public Task {
 public:
  GoalTask(const EnvConfig& config, int envs);
  int obs_size() const override { return task_obs_size(options_.task); }
  void start(Scene& s) override;
  void update(Scene& s) override;
  float* observe(Scene& s, float* out) const override;
  float reward(Scene& s) const override;
  std::vector<Marker> markers(int env, const Vec3& root) const override;
  bool command(const Command& command) override;
  std::span<std::byte> state() override { return std::as_writable_bytes(std::span(targets_)); }

 private:
  void draw(Scene& s);
  void follow(const Scene& s, double dt);
  Target& target(const Scene& s) { return targets_[static_cast<size_t>(s.env)]; }
  const Target& target(const Scene& s) const { return targets_[static_cast<size_t>(s.env)]; }
  TaskOptions options_;
  std::vector<Target> targets_;     ///< (E)
  std::optional<Command> command_;  ///< of a viewer; no part of a saved state
};

}  // namespace motus::sim
