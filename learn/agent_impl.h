#pragma once
// What an agent is made of. For the files of Agent alone.
#include <optional>

#include "learn/actor.h"
#include "learn/agent.h"
#include "learn/demo_source.h"
#include "learn/discriminator.h"
#include "learn/rollout.h"
#include "motion/error.h"

namespace motus::learn {

/// Of observations that are not normalised, as legged_gym.
inline constexpr double kRawClip = 100;

inline Normalizer::Form obs_form(const AgentConfig& c) {
  return {c.normalize_obs ? c.normalizer_clip : kRawClip, c.normalizer_epsilon};
}

/// The part of an agent that looks at motion: AMP's or ADD's.
struct MotionJudge {
  MotionJudge(const AgentConfig& c, const sim::EnvSpec& s, uint64_t seed)
      : disc(c, s.envs, s.disc_obs, seed), source(c, s.disc_obs, seed) {}
  Discriminator disc;
  DemoSource source;
  DiscStats last;
};

struct Agent::Impl {
  Impl(const AgentConfig& c, const sim::EnvSpec& s, uint64_t seed)
      : config(c),
        spec(s),
        actor(c, s.envs, s.obs, s.actions, seed),
        critic(c, s.envs, s.critic_obs > 0 ? s.critic_obs : s.obs, seed),
        obs_norm(s.obs, obs_form(c)),
        value_norm(1, {c.normalizer_clip, c.normalizer_epsilon}),
        explore(seed, 10),
        r(c.steps_per_iter, s, c.has_disc()),
        noise(static_cast<size_t>(s.envs) * static_cast<size_t>(s.actions)) {
    require(s.envs > 0 && s.obs > 0 && s.actions > 0 && (s.disc_obs > 0 || !c.has_disc()),
            Kind::usage, "an environment without observations or actions cannot be learned");
    c.check_sizes(s.envs);
    const bool mirrors = c.symmetry_augmentation || c.symmetry_weight > 0;
    if (mirrors && (s.obs_mirror.from.empty() || s.dof_mirror.from.empty())) {
      throw Error(Kind::usage,
                  fmt::format("symmetry_weight and symmetry_augmentation: {}", s.no_mirror),
                  "set symmetry_weight: 0 and symmetry_augmentation: False");
    }
    if (c.variable_std) r.deviations.resize(r.actions.size());
    if (c.has_disc()) judge.emplace(c, s, seed);
    if (s.critic_obs > 0) critic_norm.emplace(s.critic_obs, obs_form(c));
  }

  AgentConfig config;
  sim::EnvSpec spec;
  Actor actor;
  Critic critic;
  std::optional<MotionJudge> judge;
  Normalizer obs_norm, value_norm;
  std::optional<Normalizer> critic_norm;  ///< of what only the critic sees
  Rng explore;
  int step = 0;
  double exp_prob = 1;
  Rollout r;
  std::vector<float> scratch, noise;
  std::vector<int64_t> usable;
  std::optional<Crew> crew;
  Ranks* ranks = &alone();
  int64_t iterations = 0;  ///< finished ones

  void compute_rewards(IterationStats& s);
  void compute_targets(IterationStats& s);
  void denormalize(std::span<float> values) const;
  void set_mirrors();
  void check_critic(const Archive& a, bool full) const;
  void compute_with(Arithmetic how);
  void gather_crew(int threads);
  void fit(IterationStats& s);
  void fit_actor(IterationStats& s, Critic* partner, const ValueRows& values);
  bool judge_learns() const { return judge && iterations % config.disc_update_interval == 0; }
};

}  // namespace motus::learn
