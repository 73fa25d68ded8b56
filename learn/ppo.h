#pragma once
// Actor (a Gaussian of fixed standard deviation around a network's mean) and critic, with PPO's
// updates. Actions and means are in the policy's units, where 1 is the action bound.
//
//   critic: mean (R - V)^2
//   actor:  -mean min(A rho, A clip(rho, 1-+clip)) + bound * mean sum [min(mu+1, 0)^2 + max(mu-1, 0)^2]
//           + reg * mean sum mu^2 - entropy_weight * entropy (constant for a fixed deviation)
#include "learn/agent_config.h"
#include "learn/deck.h"
#include "learn/mlp.h"
#include "learn/optimizer.h"

namespace motus::learn {

/// What an update sees of a rollout: N rows, observations normalised.
struct Rows {
  std::span<const float> obs, actions, old_logp, advantage;
  std::span<const int64_t> usable;  ///< rows whose action was sampled
};

struct ActorStats {
  double loss = 0, clip_frac = 0, imp_ratio = 0, bound_loss = 0, kl = 0;
};

class Actor {
 public:
  Actor(const AgentConfig& config, int envs, int obs, int actions, uint64_t seed);

  /// Means (n, actions) for normalised observations (n, obs).
  void mean(std::span<const float> obs, std::span<float> out);
  /// Log density of actions (n, actions) around means.
  void log_prob(std::span<const float> actions, std::span<const float> means,
                std::span<float> out) const;
  /// One iteration's steps; adapts the learning rate if a KL target is set. `means` are those the
  /// actions were drawn around.
  ActorStats update(const Rows& rows, std::span<const float> means);
  /// Regression onto `targets` (n, actions): mean square error before each step, averaged.
  double imitate(std::span<const float> obs, std::span<const float> targets, const WarmStart& how);

  /// Gradients of the loss at the rows `picks`; adds to `stats`. For update() and for tests.
  void accumulate(const Rows& rows, std::span<const int64_t> picks, ActorStats& stats);

  double learning_rate() const { return optimizer_.learning_rate(); }
  Mlp& net() { return net_; }
  void save(Archive& a, bool full) const;
  void load(const Archive& a, bool full);

 private:
  double kl_from(std::span<const float> obs, std::span<const float> means);
  AgentConfig config_;
  int64_t obs_, actions_, batch_;
  Mlp net_;
  Optimizer optimizer_;
  Rng rng_;
  Deck deck_;
  at::Tensor x_, dy_;
  std::vector<int64_t> picks_;
  std::vector<float> means_;
};

class Critic {
 public:
  Critic(const AgentConfig& config, int envs, int obs, uint64_t seed);
  void values(std::span<const float> obs, std::span<float> out);
  /// Mean loss over an iteration's steps.
  double update(std::span<const float> obs, std::span<const float> returns);
  double accumulate(std::span<const float> obs, std::span<const float> returns,
                    std::span<const int64_t> picks);
  Mlp& net() { return net_; }
  void save(Archive& a, bool full) const;
  void load(const Archive& a, bool full);

 private:
  AgentConfig config_;
  int64_t obs_, batch_;
  Mlp net_;
  Optimizer optimizer_;
  Rng rng_;
  Deck deck_;
  at::Tensor x_, dy_;
  std::vector<int64_t> picks_;
};

}  // namespace motus::learn
