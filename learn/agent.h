#pragma once
// An agent: actor, critic, discriminator (AMP, ADD), their normalisers, and one iteration's rollout.
// No Torch type appears here. The same seed gives the same numbers whatever the number of threads:
// the networks are updated side by side, each by one thread with its own random numbers.
#include <cstdint>
#include <memory>
#include <span>

#include "learn/agent_config.h"
#include "learn/archive.h"
#include "learn/ranks.h"
#include "sim/vec_env.h"

namespace motus::learn {

/// Means over one iteration; names as the columns of the log.
struct IterationStats {
  double critic_loss = 0, actor_loss = 0, clip_frac = 0, imp_ratio = 0, bound_loss = 0, kl = 0;
  double disc_loss = 0, disc_grad_penalty = 0, disc_agent_acc = 0, disc_demo_acc = 0;
  double disc_agent_logit = 0, disc_demo_logit = 0, disc_logit_loss = 0;
  double adv_mean = 0, adv_std = 0, disc_reward_mean = 0, disc_reward_std = 0;
  double obs_norm_mean = 0, obs_norm_std = 0, exp_prob = 1, actor_lr = 0;
  double task_reward_mean = 0, reward_mean = 0, action_std = 0, symmetry_loss = 0;
};

class Agent {
 public:
  Agent(const AgentConfig& config, const sim::EnvSpec& spec, uint64_t seed);
  ~Agent();
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  const AgentConfig& config() const;

  /// The mean action for rows (n, obs), without exploring.
  void act(std::span<const float> obs, std::span<float> actions);

  /// What the discriminator pays for rows (n, disc_obs); 0 without one.
  void style(std::span<const float> disc_obs, std::span<float> rewards);

  /// From now on every gradient, normaliser and step of the learning rate is that of all ranks, which
  /// have agents of the same configuration and parameters.
  void join(Ranks& ranks);

  /// Once for a fresh environment, before anything is drawn from it: fills the demo ring, asks for
  /// aligned demos. Throws Error(usage) if the environment lacks what the configuration needs.
  void prepare(sim::VecEnv& env);

  /// Rollout, T times: actions (E, actions) to apply where `env` stands; then what came of them.
  std::span<const float> begin_step(const sim::VecEnv& env, int64_t samples);
  void end_step(const sim::VecEnv& env);
  /// Draws the iteration's demo rows; before update().
  void take_demo(sim::VecEnv& env);
  /// Rewards, returns, all gradient steps, then the normalisers (while samples < their limit).
  IterationStats update(int threads, int64_t samples);

  /// What a warm start is made of, n rows each.
  struct Played {
    std::span<const float> obs, critic_obs, targets, disc_obs, demo;
  };
  /// Regresses the actor on the targets at the observations; everything else feeds the normalisers
  /// first. Returns the mean square error on the way.
  double warm_start(const Played& played);
  /// What the networks compute with, as learn/product.h names it; an exact resume takes the run's.
  std::string kernel() const;
  /// Normal numbers from the agent's own generator.
  void noise(std::span<float> out);

  /// The first number that is none, by its place in the rollout or its tensor's name; "" if all are
  /// sound. Looks through the rollout only if a network is not sound any more, or if told to.
  std::string first_bad(bool rollout) const;

  /// Networks and normalisers under MimicKit's names; with `full`, all that an exact resume needs.
  void save(Archive& archive, bool full) const;
  void load(const Archive& archive, bool full);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace motus::learn
