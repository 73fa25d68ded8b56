#include "learn/warm_start.h"

#include <algorithm>
#include <vector>

namespace motus::learn {

void warm_start(sim::VecEnv& env, Agent& agent) {
  const AgentConfig& c = agent.config();
  const sim::EnvSpec& s = env.spec();
  if (c.warm_start.steps <= 0) return;
  const auto rows = static_cast<size_t>(c.warm_start.steps) * static_cast<size_t>(s.envs);
  const auto one = static_cast<size_t>(s.envs) * static_cast<size_t>(s.actions);
  std::vector<float> obs, critic_obs, targets, disc_obs, played(one), noise(one);
  std::vector<float> demo(rows * static_cast<size_t>(s.disc_obs));
  obs.reserve(rows * static_cast<size_t>(s.obs));
  targets.reserve(rows * static_cast<size_t>(s.actions));
  disc_obs.reserve(demo.size());
  const auto deviation = static_cast<float>(c.warm_start.noise * c.action_std);
  for (int t = 0; t < c.warm_start.steps; ++t) {
    obs.insert(obs.end(), env.obs().begin(), env.obs().end());
    if (s.critic_obs > 0) {
      critic_obs.insert(critic_obs.end(), env.critic_obs().begin(), env.critic_obs().end());
    }
    env.playback_actions(played);
    targets.insert(targets.end(), played.begin(), played.end());
    agent.noise(noise);
    if (t % 2 == 1) {
      for (size_t i = 0; i < one; ++i) played[i] += deviation * noise[i];
    }
    env.step(played);
    disc_obs.insert(disc_obs.end(), env.disc_obs().begin(), env.disc_obs().end());
  }
  env.sample_demo(static_cast<int>(rows), demo);
  agent.warm_start({obs, critic_obs, targets, disc_obs, demo});
  env.reset();
}

}  // namespace motus::learn
