#pragma once
// MimicKit's task_dodgeball: balls are thrown at a body; a hit is a failure.
#include <vector>

#include "sim/task.h"
#include "sim/task_terms.h"

namespace motus::sim {

class DodgeballTask final : public Task {
 public:
  DodgeballTask(const EnvConfig& config, int envs);
  int obs_size() const override { return 6 * balls_; }
  void start(Scene& s) override;
  void update(Scene& s) override;
  float* observe(Scene& s, float* out) const override;
  float reward(Scene& s) const override;
  bool failed(Scene& s) const override;
  std::vector<Marker> markers(int env, const Vec3& root, double heading) const override;
  std::span<std::byte> state() override { return std::as_writable_bytes(std::span(state_)); }

 private:
  /// Of one ball of one environment.
  struct Ball {
    float next = 0;        ///< s of the episode: when it is thrown
    float before[3] = {};  ///< m/s, its velocity a control step ago
    float now[3] = {};     ///< m/s
    float pos[3] = {};     ///< m
    float force = 0;       ///< N, horizontal contact force on it
  };
  void park(Scene& s, int ball);
  void launch(Scene& s, int ball);
  Ball& ball(const Scene& s, int k) {
    return state_[static_cast<size_t>(s.env) * static_cast<size_t>(balls_) +
                  static_cast<size_t>(k)];
  }
  const Ball& ball(const Scene& s, int k) const {
    return state_[static_cast<size_t>(s.env) * static_cast<size_t>(balls_) +
                  static_cast<size_t>(k)];
  }
  DodgeballOptions options_;
  int balls_;
  std::vector<Ball> state_;  ///< (E, balls)
};

}  // namespace motus::sim
