#pragma once
// AMP_for_hardware's task: hold a velocity of the base, commanded in its own frame.
#include <optional>
#include <vector>

#include "sim/task.h"
#include "sim/task_terms.h"

namespace motus::sim {

class VelocityTask final : public Task {
 public:
  VelocityTask(const EnvConfig& config, int envs);
  int obs_size() const override { return 3; }
  void start(Scene& s) override;
  void update(Scene& s) override;
  float* observe(Scene& s, float* out) const override;
  float reward(Scene& s) const override;
  std::vector<Marker> markers(int env, const Vec3& root) const override;
  bool command(const Command& command) override;
  std::span<std::byte> state() override { return std::as_writable_bytes(std::span(commands_)); }

 private:
  void draw(Scene& s);
  VelocityOptions options_;
  std::vector<VelocityCommand> commands_;  ///< (E)
  std::optional<Command> held_;            ///< of a viewer; no part of a saved state
};

}  // namespace motus::sim
