#pragma once
// One iteration's experience: T steps of E environments, time-major.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sim/vec_env.h"

namespace motus::learn {

struct Rollout {
  /// `motion`: discriminator observations and demo rows are kept as well.
  Rollout(int steps, const sim::EnvSpec& spec, bool motion);

  /// The rows of one step.
  template <typename T>
  std::span<T> rows(std::vector<T>& all, int step) const {
    const size_t n = all.size() / steps_;
    return std::span(all).subspan(static_cast<size_t>(step) * n, n);
  }
  /// What the critic learns from.
  std::vector<float>& seen_by_critic() { return critic_obs.empty() ? obs : critic_obs; }
  std::vector<float>& next_seen_by_critic() {
    return next_critic_obs.empty() ? next_obs : next_critic_obs;
  }
  /// What came of a step. With `differences`, disc_obs gets the clip's row minus the character's.
  void take(const sim::VecEnv& env, int step, bool differences);
  /// "observation 3 of environment 5 at step 2" for the first number that is none; "" if there is
  /// no such.
  std::string first_bad() const;

  size_t total;            ///< T * E
  std::vector<float> obs;  ///< normalised; next_obs is normalised at the end of the rollout
  std::vector<float> next_obs, actions, means, disc_obs, demo;
  std::vector<float> deviations;  ///< empty where they do not follow the observation
  std::vector<float> critic_obs, next_critic_obs;  ///< empty where the critic sees obs
  std::vector<float> logp, task, style, reward, value, next_value, returns, advantage;
  std::vector<uint8_t> done, ended, sampled;  ///< ended: by failure or success, not by time

 private:
  size_t steps_, envs_;
};

}  // namespace motus::learn
