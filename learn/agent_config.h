#pragma once
// What a learner is told: MimicKit's agent YAML in both its dialects, and keys of Motus' own whose
// defaults leave MimicKit's behaviour as it is. docs/agents.md lists every key with its source.
//
// Current dialect: actor_optimizer, critic_optimizer, disc_optimizer; {actor,critic,disc}_epochs and
// {actor,critic,disc}_batch_size (multiples of num_envs).
// Legacy dialect: optimizer, update_epochs, batch_size (multiple of num_envs), critic_loss_weight,
// disc_loss_weight, disc_weight_decay, disc_batch_size (absolute rows). One optimiser over separate
// networks is three optimisers whose gradients are scaled by the loss weights.
// A file that mixes the two is refused.
#include <cstdint>
#include <string>
#include <vector>

#include "learn/product.h"
#include "motion/config.h"

namespace motus::learn {

/// amp: a discriminator of transitions. add: one of differences to the clip (ADD). ppo: the
/// environment's reward alone (DeepMimic is this one in its environment). awr: the same with
/// advantage-weighted regression in place of PPO's ratio.
enum class Method { amp, add, ppo, awr };

enum class OptimizerType {
  sgd,
  adam,
};

struct OptimizerConfig {
  OptimizerType type = OptimizerType::sgd;
  double learning_rate = 1e-4;
  double weight_decay = 0;
  bool l2_decay = false;      ///< Adam: decay joins the gradient instead of the parameter (AdamW)
  double grad_clip = 0;       ///< largest 2-norm, 0 = off
  double gradient_scale = 1;  ///< weight of the loss
  double momentum = 0.9;      ///< SGD
  double epsilon = 1e-8;      ///< Adam
};

struct WarmStart {
  int steps = 0, updates = 600, batch = 512;
  double learning_rate = 1e-3, noise = 1;
};

enum class BatchUnit { envs, rows, parts };  ///< parts: minibatches an epoch
enum class BatchMix {
  full,    ///< as many replayed rows as new ones
  half,    ///< half new, half replayed
  replay,  ///< replayed ones only, this iteration's among them
};
enum class DiscLoss { bce, lsgan, wgan };
enum class StyleReward { log, softplus, lsgan, wgan, exponential };
enum class PenaltyOn { both, demo, interpolated };
enum class Combine { add, mul, lerp };
enum class Returns { td_lambda, gae };
/// What the time after a time-out is worth: the value of the observation it led to, of the one it
/// came from (legged_gym, rsl_rl), or nothing.
enum class TimeoutValue { next, current, none };
enum class ValueClip { max, clipped };
enum class KlRule { iteration, minibatch };

struct AgentConfig {
  Method method = Method::amp;
  bool has_disc() const { return method == Method::amp || method == Method::add; }

  /// bf16: factors of the networks' products are rounded; weights, sums, normalisers, losses, last
  /// layers are not.
  Precision precision = Precision::fp32;

  // networks
  std::vector<int> actor_net, critic_net, disc_net;  ///< hidden widths
  bool elu = false;                                  ///< actor and critic
  bool orthogonal = false;                           ///< their start, and the discriminator's
  bool tanh_mean = false;
  double actor_init_output_scale = 0.01;
  double action_std = 0.05;     ///< at the start
  bool learned_std = false;     ///< one number per action
  bool variable_std = false;    ///< by the observation: a second head of the actor
  bool std_as_log = true;       ///< what is learned: its logarithm, or itself
  std::vector<double> min_std;  ///< one, or one per action; empty = none
  OptimizerConfig actor_opt, critic_opt, disc_opt;
  double disc_head_decay = -1;        ///< weight decay of the logit layer; < 0 = as the others
  bool clip_policy_together = false;  ///< actor and critic: same minibatches, one gradient norm
  bool adapt_critic_rate = false;     ///< the critic's rate follows the actor's

  // iteration
  bool legacy = false;
  int steps_per_iter = 32, iters_per_output = 100, test_episodes = 32;
  int actor_epochs = 5, critic_epochs = 2, disc_epochs = 2;
  double actor_batch = 4, critic_batch = 2, disc_batch = 2;  ///< as written; see *_rows()
  BatchUnit batch_unit = BatchUnit::envs, disc_batch_unit = BatchUnit::envs;
  double exp_anneal_samples = 1e300, exp_prob_beg = 1, exp_prob_end = 1;
  int actor_hold_iterations = 0;
  WarmStart warm_start;
  double stop_test_length = 0, stop_speed_ratio = 0;

  // normalisers
  int64_t normalizer_samples = INT64_MAX;
  bool normalize_obs = true, normalize_value = false;
  double normalizer_clip = 10;
  double normalizer_epsilon = 0;  ///< added to the variance

  // policy
  double discount = 0.99, td_lambda = 0.95;
  Returns returns = Returns::td_lambda;
  TimeoutValue timeout_value = TimeoutValue::next;
  double ppo_clip_ratio = 0.2;
  bool norm_adv = true;
  double norm_adv_clip = 4;  ///< 0 = none
  double action_bound_weight = 10, action_entropy_weight = 0, action_reg_weight = 0;
  double awr_temperature = 1, awr_weight_clip = 20;
  double value_clip = 0;  ///< of the change of a value, 0 = none
  ValueClip value_clip_form = ValueClip::max;
  KlRule kl_rule = KlRule::iteration;
  double actor_kl_target = 0, actor_lr_min = 1e-5, actor_lr_max = 1e-2;
  double symmetry_weight = 0;
  bool symmetry_augmentation = false;

  // discriminator
  DiscLoss disc_loss = DiscLoss::bce;
  int disc_steps = 0;            ///< 0 = by epochs
  bool disc_with_actor = false;  ///< one step with each of the actor's minibatches
  int disc_update_interval = 1;  ///< iterations
  BatchMix disc_batch_mix = BatchMix::full;
  int64_t disc_buffer_size = 200000;
  int64_t disc_replay_samples = 1000;  ///< kept of an iteration once the ring is full ...
  double disc_replay_keep = -1;        ///< ... or the probability of each row; < 0 = by number
  bool disc_replacement = false;       ///< replayed and preloaded rows are drawn with replacement
  int64_t demo_buffer_size = 0, demo_refresh = 0;
  double disc_logit_reg = 0.01, disc_grad_penalty = 5, disc_grad_penalty_target = 0;
  PenaltyOn disc_grad_penalty_on = PenaltyOn::both;
  double disc_weight_loss = 0;  ///< times the sum of squared weights

  // reward
  Combine combine = Combine::add;
  double task_reward_weight = 0, disc_reward_weight = 1, task_reward_lerp = 0;
  StyleReward style_reward = StyleReward::log;
  double disc_reward_scale = 2, style_reward_floor = 0, style_reward_max = 0;
  bool reward_times_one_minus_discount = false;

  /// Throws Error(usage) with file, line and the nearest key for anything it does not understand.
  static AgentConfig read(const Config& yaml);

  /// Rows of a minibatch for `envs` environments; never more than an iteration has.
  int64_t actor_rows(int envs) const { return rows(actor_batch, batch_unit, envs); }
  int64_t critic_rows(int envs) const { return rows(critic_batch, batch_unit, envs); }
  int64_t disc_rows(int envs) const { return rows(disc_batch, disc_batch_unit, envs); }
  /// Discriminator steps of one iteration: its own number, one with each of the actor's minibatches,
  /// or epochs over the rollout.
  int64_t disc_steps_of(int envs) const;
  /// Throws Error(usage) for sizes that cannot work with `envs` environments.
  void check_sizes(int envs) const;

 private:
  int64_t rows(double batch, BatchUnit unit, int envs) const;
};

/// Hidden widths of "fc_2layers_1024units" and its kin. Throws Error(usage) for an unknown name.
std::vector<int> net_preset(const std::string& name);

}  // namespace motus::learn
