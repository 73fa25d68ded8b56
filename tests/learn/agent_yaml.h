#pragma once
// Agent files in both dialects, as small as they may be.
#include <string>

namespace motus::learn {

inline std::string current_yaml() {
  return R"(agent_name: "AMP"
model: {actor_net: [16, 8], critic_net: [16, 8], disc_net: [16, 8], actor_init_output_scale: 0.01,
  actor_std_type: FIXED, action_std: 0.2}
actor_optimizer: {type: Adam, learning_rate: 3e-3}
critic_optimizer: {type: Adam, learning_rate: 3e-3}
disc_optimizer: {type: Adam, learning_rate: 1e-3, weight_decay: 1e-4}
discount: 0.95
steps_per_iter: 16
iters_per_output: 5
test_episodes: 8
normalizer_samples: 1e8
actor_epochs: 3
actor_batch_size: 4
critic_epochs: 2
critic_batch_size: 2
disc_epochs: 2
disc_batch_size: 4
td_lambda: 0.95
ppo_clip_ratio: 0.2
norm_adv_clip: 4
action_bound_weight: 10
action_entropy_weight: 0
action_reg_weight: 0
disc_buffer_size: 2000
disc_replay_samples: 100
disc_logit_reg: 0.01
disc_grad_penalty: 5
disc_reward_scale: 2
task_reward_weight: 0
disc_reward_weight: 1
)";
}

inline std::string legacy_yaml() {
  return R"(agent_name: "AMP"
model: {actor_net: fc_2layers_1024units, critic_net: fc_2layers_1024units,
  disc_net: fc_2layers_1024units, actor_init_output_scale: 0.01, actor_std_type: FIXED,
  action_std: 0.05}
optimizer: {type: SGD, learning_rate: 5e-5}
discount: 0.99
steps_per_iter: 32
iters_per_output: 100
test_episodes: 32
normalizer_samples: 100000000
update_epochs: 5
batch_size: 4
td_lambda: 0.95
ppo_clip_ratio: 0.2
norm_adv_clip: 4
action_bound_weight: 10
action_entropy_weight: 0
action_reg_weight: 0
critic_loss_weight: 1
disc_loss_weight: 5
disc_weight_decay: 0.0001
disc_buffer_size: 200000
disc_batch_size: 2048
disc_replay_samples: 1000
disc_logit_reg: 0.01
disc_grad_penalty: 5
disc_reward_scale: 2
task_reward_weight: 0
disc_reward_weight: 1
)";
}

}  // namespace motus::learn
