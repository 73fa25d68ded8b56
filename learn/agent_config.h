#pragma once
// What a learner is told: MimicKit's agent YAML in both its dialects, and a few keys of Motus' own
// whose defaults leave MimicKit's behaviour as it is.
//
// Current dialect: actor_optimizer, critic_optimizer, disc_optimizer; {actor,critic,disc}_epochs and
// {actor,critic,disc}_batch_size (multiples of num_envs).
// Legacy dialect: optimizer, update_epochs, batch_size (multiple of num_envs), critic_loss_weight,
// disc_loss_weight, disc_weight_decay, disc_batch_size (absolute rows). One optimiser over separate
// networks is three optimisers whose gradients are scaled by the loss weights.
// A file that mixes the two is refused.
//
// Motus' own keys (default):
//   model.{actor,critic,disc}_net   a list of widths as well as a preset's name
//   batch_unit (envs)               rows: batch sizes are rows, not multiples of num_envs
//   disc_steps (0)                  discriminator steps an iteration; 0 = by epochs
//   disc_batch_mix (full)           half: a batch holds n/2 new and n/2 replayed rows, not n and n
//   actor_kl_target (0)             after each iteration the actor's rate is divided by 1.5 if KL >
//                                   2 targets, multiplied by 1.5 if KL < half; 0 = fixed rate
//   actor_lr_min (1e-5), actor_lr_max (1e-2)
//   actor_hold_iterations (0)       iterations at the start that leave the actor alone
//   reward_times_one_minus_discount (false)  returns of order 1 whatever the horizon
//   warm_start: {steps (0), updates 600, learning_rate 1e-3, batch 512, noise 1}
//                                   regress the actor on open-loop playback of the clip; noise in
//                                   units of action_std on every second control step
//   stop_test_length (0)            training may end when a test reaches this part of the episode
//   stop_speed_ratio (0)            ... and this part of the clip's forward speed
#include <cstdint>
#include <string>
#include <vector>

#include "motion/config.h"

namespace motus::learn {

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

struct AgentConfig {
  bool legacy = false;
  std::vector<int> actor_net, critic_net, disc_net;  ///< hidden widths
  double actor_init_output_scale = 0.01;
  double action_std = 0.05;
  OptimizerConfig actor_opt, critic_opt, disc_opt;

  double discount = 0.99, td_lambda = 0.95;
  int steps_per_iter = 32, iters_per_output = 100, test_episodes = 32;
  int64_t normalizer_samples = INT64_MAX;
  int actor_epochs = 5, critic_epochs = 2, disc_epochs = 2;
  double actor_batch = 4, critic_batch = 2, disc_batch = 2;  ///< as written; see rows()
  bool batch_in_rows = false, disc_batch_in_rows = false;
  int disc_steps = 0;
  bool disc_half_mix = false;
  double ppo_clip_ratio = 0.2, norm_adv_clip = 4;
  double action_bound_weight = 10, action_entropy_weight = 0, action_reg_weight = 0;
  int64_t disc_buffer_size = 200000;
  int disc_replay_samples = 1000;
  double disc_logit_reg = 0.01, disc_grad_penalty = 5, disc_reward_scale = 2;
  double disc_weight_loss = 0;        ///< legacy: times the sum of squared weights
  bool disc_penalty_on_agent = true;  ///< legacy: demo rows only
  double task_reward_weight = 0, disc_reward_weight = 1;
  double exp_anneal_samples = 1e300, exp_prob_beg = 1, exp_prob_end = 1;
  double actor_kl_target = 0, actor_lr_min = 1e-5, actor_lr_max = 1e-2;
  int actor_hold_iterations = 0;
  bool reward_times_one_minus_discount = false;
  WarmStart warm_start;
  double stop_test_length = 0, stop_speed_ratio = 0;

  /// Throws Error(usage) with file, line and the nearest key for anything it does not understand.
  static AgentConfig read(const Config& yaml);

  /// Rows of a minibatch for `envs` environments.
  int64_t actor_rows(int envs) const { return rows(actor_batch, batch_in_rows, envs); }
  int64_t critic_rows(int envs) const { return rows(critic_batch, batch_in_rows, envs); }
  int64_t disc_rows(int envs) const {
    return rows(disc_batch, batch_in_rows || disc_batch_in_rows, envs);
  }
  /// Discriminator steps of one iteration: its own number, or epochs over the rollout (legacy: one
  /// with each of the actor's minibatches).
  int64_t disc_steps_of(int envs) const;

 private:
  static int64_t rows(double batch, bool absolute, int envs);
};

/// Hidden widths of "fc_2layers_1024units" and its kin. Throws Error(usage) for an unknown name.
std::vector<int> net_preset(const std::string& name);

}  // namespace motus::learn
