#pragma once
// A fingerprint of what an environment shows, for tests that two runs are the same, bit for bit.
#include <algorithm>
#include <cmath>
#include <string>

#include "motion/sha256.h"
#include "sim/vec_env.h"
#include "tests/catch.h"
#include "tests/sim/fixtures.h"

namespace motus::sim {

/// Everything a learner sees of `steps` steps, the first with the actions of step `first`. All of it
/// must be finite.
inline std::string trace(VecEnv& env, int first, int steps) {
  Sha256 hash;
  std::vector<float> demo(static_cast<size_t>(7 * env.spec().disc_obs));
  for (int i = first; i < first + steps; ++i) {
    env.step(wobble(env, i));
    env.sample_demo(7, demo);
    for (const std::span<const float> row :
         {env.obs(), env.next_obs(), env.critic_obs(), env.next_critic_obs(), env.disc_obs(),
          env.rewards(), std::span<const float>(demo)}) {
      REQUIRE(std::all_of(row.begin(), row.end(), [](float x) { return std::isfinite(x); }));
      hash.add(std::as_bytes(row));
    }
    hash.add(std::as_bytes(env.done()));
  }
  return hash.hex();
}

}  // namespace motus::sim
