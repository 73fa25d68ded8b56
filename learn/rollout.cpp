#include "learn/rollout.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace motus::learn {

Rollout::Rollout(int steps, const sim::EnvSpec& spec, bool motion)
    : total(static_cast<size_t>(steps) * static_cast<size_t>(spec.envs)),
      obs(total * static_cast<size_t>(spec.obs)),
      next_obs(obs.size()),
      actions(total * static_cast<size_t>(spec.actions)),
      means(actions.size()),
      disc_obs(motion ? total * static_cast<size_t>(spec.disc_obs) : 0),
      demo(disc_obs.size()),
      critic_obs(total * static_cast<size_t>(spec.critic_obs)),
      next_critic_obs(critic_obs.size()),
      logp(total),
      task(total),
      style(total),
      reward(total),
      value(total),
      next_value(total),
      returns(total),
      advantage(total),
      done(total),
      ended(total),
      sampled(total),
      steps_(static_cast<size_t>(steps)),
      envs_(static_cast<size_t>(spec.envs)) {}

void Rollout::take(const sim::VecEnv& env, int step, bool differences) {
  const auto copy = [](std::span<const float> from, std::span<float> to) {
    std::copy(from.begin(), from.end(), to.begin());
  };
  copy(env.next_obs(), rows(next_obs, step));
  if (!critic_obs.empty()) copy(env.next_critic_obs(), rows(next_critic_obs, step));
  copy(env.rewards(), rows(task, step));
  if (!disc_obs.empty()) {
    const std::span<float> to = rows(disc_obs, step);
    copy(env.disc_obs(), to);
    if (differences) {
      const std::span<const float> clip = env.aligned_demo();
      for (size_t i = 0; i < to.size(); ++i) to[i] = clip[i] - to[i];
    }
  }
  const std::span<uint8_t> d = rows(done, step), e = rows(ended, step);
  for (size_t i = 0; i < envs_; ++i) {
    const sim::Done why = env.done()[i];
    d[i] = why != sim::Done::no ? 1 : 0;
    e[i] = why == sim::Done::fail || why == sim::Done::success ? 1 : 0;
  }
}

std::string Rollout::first_bad() const {
  struct Part {
    const char* name;
    const std::vector<float>* numbers;
  };
  const std::array<Part, 8> parts{{{"demo (a row drawn from the clips)", &demo},
                                   {"observation", &obs},
                                   {"next observation", &next_obs},
                                   {"critic's observation", &critic_obs},
                                   {"critic's next observation", &next_critic_obs},
                                   {"discriminator observation", &disc_obs},
                                   {"task reward", &task},
                                   {"action", &actions}}};
  for (const Part& p : parts) {
    const size_t width = p.numbers->size() / total;
    for (size_t i = 0; i < p.numbers->size(); ++i) {
      if (std::isfinite((*p.numbers)[i])) continue;
      const size_t row = i / width;
      return fmt::format("{}: number {} of environment {} at step {}", p.name, i % width,
                         row % envs_, row / envs_);
    }
  }
  return {};
}

}  // namespace motus::learn
