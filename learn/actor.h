#pragma once
// The actor: a Gaussian around a network's mean. Its deviation is a number that stays, or one
// learned number per action (as a logarithm, or as itself) that never falls below its floor, or, by
// the observation, the exponential of the network's second head.
// Actions and means are in the policy's units, where 1 is the action bound.
//
//   PPO: -mean min(A rho, A clip(rho, 1-+clip))        AWR: -mean min(exp(A / T), w_max) ln pi
//   + bound * mean sum [min(mu+1, 0)^2 + max(mu-1, 0)^2] + reg * mean sum mu^2
//   + symmetry * mean |mu(s) - M mu(M s)|^2 - entropy_weight * entropy
// M mirrors left and right. With augmentation each row counts a second time, mirrored, with the
// same old density and advantage.
#include "learn/critic.h"

namespace motus::learn {

/// What an update sees of a rollout: N rows, observations normalised.
struct Rows {
  std::span<const float> obs, actions, old_logp, advantage;
  std::span<const float> means;       ///< those the actions were drawn around
  std::span<const float> deviations;  ///< likewise; empty where they do not follow the observation
  std::span<const int64_t> usable;    ///< rows whose action was sampled
};

struct ActorStats {
  double loss = 0, clip_frac = 0, imp_ratio = 0, bound_loss = 0, kl = 0, symmetry = 0;
  double critic_loss = 0;  ///< of a partner
};

class Actor {
 public:
  Actor(const AgentConfig& config, int envs, int obs, int actions, uint64_t seed);

  /// Means (n, actions) for normalised observations (n, obs).
  void mean(std::span<const float> obs, std::span<float> out);
  /// Means and deviations (n, actions) each; without room for deviations the means alone.
  void distribution(std::span<const float> obs, std::span<float> means,
                    std::span<float> deviations);
  /// Deviations (actions) where they do not follow the observation.
  std::span<const float> std() const { return sigma_; }
  /// Log density of actions (n, actions) around means with deviations of each row, or of all of them
  /// (actions).
  void log_prob(std::span<const float> actions, std::span<const float> means,
                std::span<const float> deviations, std::span<float> out) const;
  /// One iteration's steps; adapts the learning rate if a KL target is set. With a partner, which
  /// learns from all rows, both take the same minibatches and clip their gradients together.
  ActorStats update(const Rows& rows, Critic* partner = nullptr, const ValueRows& values = {});
  /// Regression onto `targets` (n, actions): mean square error before each step, averaged.
  double imitate(std::span<const float> obs, std::span<const float> targets, const WarmStart& how);

  /// Gradients of the loss at the rows `picks`; adds to `stats`. For update() and for tests.
  void accumulate(const Rows& rows, std::span<const int64_t> picks, ActorStats& stats);
  /// Mirrors of normalised observations and of actions, for symmetry and augmentation.
  void set_mirror(const Reflection& obs, const Reflection& action);

  double learning_rate() const { return optimizer_.learning_rate(); }
  double entropy() const;
  /// Who learns the same parameters.
  void average_over(Ranks& ranks) {
    ranks_ = &ranks;
    optimizer_.average_over(ranks);
    std_optimizer_.average_over(ranks);
  }
  /// Who helps.
  void share_with(Crew* crew) { net_.share_with(crew); }
  Mlp& net() { return net_; }
  const Mlp& net() const { return net_; }
  const at::Tensor& std_param() const { return std_; }
  const at::Tensor& std_grad() const { return std_grad_; }
  /// After std_param() was changed from outside: applies the floor.
  void refresh_std();
  void save(Archive& a, bool full) const;
  void load(const Archive& a, bool full);

 private:
  /// One row's part of the surrogate, bound and regularisation; their gradients join dy. y: a row of
  /// outputs, the means first.
  void row_loss(const float* action, const float* y, double old_logp, double advantage,
                double share, float* dy, ActorStats& stats);
  /// Squared distance of a row's mean from the mirror image of its mirror image's.
  void symmetry_loss(const float* mu, const float* mirrored, double share, float* dmu,
                     float* dmirrored, ActorStats& stats);
  double row_kl(const float* mu, const float* sigma, const float* old_mu,
                const float* old_sigma) const;
  double kl_from(const Rows& rows);
  /// Of row r: its own where a rollout has them.
  const float* old_sigma(const Rows& rows, size_t r) const {
    return rows.deviations.empty() ? old_sigma_.data() : &rows.deviations[r * sigma_.size()];
  }
  void step();
  void apply();
  /// Names of the output's heads in a checkpoint.
  Mlp::Heads heads() const;
  bool doubled() const { return config_.symmetry_augmentation || config_.symmetry_weight > 0; }

  AgentConfig config_;
  Ranks* ranks_ = &alone();
  int64_t obs_, actions_, batch_;
  int64_t width_;  ///< of an output: means, and logarithms of deviations if they are put out
  Mlp net_;
  Optimizer optimizer_;
  at::Tensor std_, std_grad_;  ///< (actions) what is learned: logarithms or deviations
  Optimizer std_optimizer_;
  std::vector<float> sigma_, old_sigma_, floor_;
  double log_norm_ = 0;  ///< minus the log density at the mean
  Rng rng_;
  Deck deck_;
  Reflection mirror_obs_, mirror_action_;
  at::Tensor x_, dy_;
  std::vector<int64_t> picks_, usable_;
  std::vector<uint8_t> sampled_;  ///< rows that a partner's minibatch gives the actor
  std::vector<float> means_, deviations_, image_, slope_;
  std::vector<float> row_sigma_;
  std::vector<double> dlog_;      ///< of the loss by the logarithm of the deviation
  std::vector<double> row_dlog_;  ///< of one row's
};

}  // namespace motus::learn
