// Each preset's numbers against the published defaults it stands for.
#include "learn/presets.h"

#include <cmath>

#include "learn/agent_config.h"
#include "tests/catch.h"

using namespace motus;
using namespace motus::learn;

namespace {

constexpr int kMany = 4096;  ///< environments of the published runs

AgentConfig named(const std::string& name, const std::string& more = "") {
  return AgentConfig::read(Config::parse("preset: " + name + "\n" + more, "agent.yaml"));
}
const std::vector<int> kLarge{1024, 512};

/// What IsaacGymEnvs, skrl and Rofunc share.
void check_isaac_family(const AgentConfig& a, double critic_weight, int parts) {
  CHECK(a.actor_net == kLarge);
  CHECK(a.disc_net == kLarge);
  CHECK(a.action_std == Approx(std::exp(-2.9)).epsilon(1e-5));
  CHECK_FALSE(a.learned_std);
  for (const OptimizerConfig& o : {a.actor_opt, a.critic_opt, a.disc_opt}) {
    CHECK(o.type == OptimizerType::adam);
    CHECK(o.learning_rate == 5e-5);
    CHECK(o.weight_decay == 0);
    CHECK(o.grad_clip == 0);
  }
  CHECK(a.critic_opt.gradient_scale == critic_weight);
  CHECK(a.disc_opt.gradient_scale == 5);
  CHECK(a.discount == 0.99);
  CHECK(a.td_lambda == 0.95);
  CHECK(a.returns == Returns::gae);
  CHECK(a.timeout_value == TimeoutValue::next);
  CHECK(a.steps_per_iter == 16);
  CHECK(a.actor_epochs == 6);
  CHECK(a.critic_epochs == 6);
  CHECK(a.actor_rows(kMany) == 65536 / parts);
  CHECK(a.disc_rows(kMany) == 4096);
  CHECK(a.disc_steps_of(kMany) == 6 * parts);
  CHECK(a.disc_batch_mix == BatchMix::full);
  CHECK(a.disc_loss == DiscLoss::bce);
  CHECK(a.disc_grad_penalty_on == PenaltyOn::demo);
  CHECK(a.disc_grad_penalty == 5);
  CHECK(a.disc_grad_penalty_target == 0);
  CHECK(a.disc_logit_reg == 0.05);
  CHECK(a.disc_weight_loss == 1e-4);
  CHECK(a.disc_reward_scale == 2);
  CHECK(a.task_reward_weight == 0);
  CHECK(a.disc_reward_weight == 1);
  CHECK(a.combine == Combine::add);
  CHECK(a.disc_buffer_size == 1000000);
  CHECK(a.demo_buffer_size == 200000);
  CHECK(a.normalizer_clip == 5);
  CHECK(a.normalize_value);
  CHECK(a.ppo_clip_ratio == 0.2);
  CHECK(a.action_entropy_weight == 0);
  CHECK(a.actor_kl_target == 0);
}

}  // namespace

TEST_CASE("preset quick is the recipe measured on two cores") {
  const AgentConfig a = named("quick");
  CHECK(a.actor_net == std::vector<int>{256, 128});
  CHECK(a.steps_per_iter * 64 == 1024);
  CHECK(a.actor_rows(64) == 256);
  CHECK(a.actor_epochs == 3);
  CHECK(a.critic_epochs == 2);
  CHECK(a.actor_opt.learning_rate == 3e-4);
  CHECK(a.critic_opt.learning_rate == 1e-3);
  CHECK(a.disc_opt.learning_rate == 1e-4);
  CHECK(a.disc_opt.weight_decay == 1e-4);
  CHECK(a.actor_kl_target == 0.015);
  CHECK(a.kl_rule == KlRule::iteration);
  CHECK(a.discount == 0.97);
  CHECK(a.td_lambda == 0.95);
  CHECK(a.disc_steps_of(64) == 8);
  CHECK(a.disc_rows(64) == 256);
  CHECK(a.disc_batch_mix == BatchMix::half);
  CHECK(a.disc_grad_penalty == 10);
  CHECK(a.disc_grad_penalty_on == PenaltyOn::both);
  CHECK(a.disc_logit_reg == 0.01);
  CHECK(a.disc_buffer_size == 100000);
  CHECK(a.disc_replay_samples == 1000);
  CHECK(a.reward_times_one_minus_discount);
  CHECK(a.warm_start.steps == 80);
  CHECK(a.warm_start.updates == 600);
}

TEST_CASE("preset mimickit") {
  const AgentConfig a = named("mimickit");
  CHECK(a.actor_net == kLarge);
  CHECK(a.action_std == 0.05);
  CHECK(a.actor_opt.type == OptimizerType::sgd);
  CHECK(a.actor_opt.momentum == 0.9);
  CHECK(a.actor_opt.learning_rate == 1e-4);
  CHECK(a.critic_opt.learning_rate == 1e-4);
  CHECK(a.disc_opt.learning_rate == 2.5e-4);
  CHECK(a.disc_opt.weight_decay == 1e-4);
  CHECK(a.discount == 0.99);
  CHECK(a.steps_per_iter == 32);
  CHECK(a.iters_per_output == 100);
  CHECK(a.actor_epochs == 5);
  CHECK(a.actor_rows(kMany) == 16384);
  CHECK(a.critic_rows(kMany) == 8192);
  CHECK(a.disc_steps_of(kMany) == 32);
  CHECK(a.norm_adv_clip == 4);
  CHECK(a.action_bound_weight == 10);
  CHECK(a.normalizer_samples == 100000000);
  CHECK(a.normalizer_clip == 10);
  CHECK(a.disc_buffer_size == 200000);
  CHECK(a.disc_replay_samples == 1000);
  CHECK(a.disc_replay_keep < 0);
  CHECK(a.disc_logit_reg == 0.01);
  CHECK(a.disc_grad_penalty == 5);
  CHECK(a.disc_grad_penalty_on == PenaltyOn::both);
  CHECK(a.returns == Returns::td_lambda);
  CHECK_FALSE(a.normalize_value);
  CHECK(a.value_clip == 0);
  CHECK(a.td_lambda == 0.95);
  CHECK(a.ppo_clip_ratio == 0.2);
  CHECK(a.actor_init_output_scale == 0.01);
  CHECK_FALSE(a.learned_std);
  CHECK(a.test_episodes == 32);
  CHECK(a.critic_epochs == 2);
  CHECK(a.disc_rows(kMany) == 8192);
  CHECK(a.disc_batch_mix == BatchMix::full);
  CHECK(a.disc_loss == DiscLoss::bce);
  CHECK(a.style_reward == StyleReward::log);
  CHECK(a.disc_reward_scale == 2);
  CHECK(a.task_reward_weight == 0);
  CHECK(a.disc_reward_weight == 1);
  CHECK(a.action_entropy_weight == 0);
  CHECK(a.action_reg_weight == 0);
  CHECK(a.actor_kl_target == 0);
  CHECK(a.exp_prob_end == 1);
}

TEST_CASE("preset mimickit_legacy") {
  const AgentConfig a = named("mimickit_legacy");
  CHECK(a.legacy);
  CHECK(a.actor_opt.learning_rate == 5e-5);
  CHECK(a.critic_opt.gradient_scale == 1);
  CHECK(a.disc_opt.gradient_scale == 5);
  CHECK(a.disc_weight_loss == 1e-4);
  CHECK(a.disc_rows(kMany) == 2048);
  CHECK(a.disc_steps_of(kMany) == 40);
  CHECK(a.disc_batch_mix == BatchMix::half);
  CHECK(a.disc_grad_penalty_on == PenaltyOn::demo);
  CHECK(a.actor_opt.type == OptimizerType::sgd);
  CHECK(a.actor_epochs == 5);
  CHECK(a.critic_epochs == 5);
  CHECK(a.actor_rows(kMany) == 16384);
  CHECK(a.critic_rows(kMany) == 16384);
  CHECK(a.disc_grad_penalty == 5);
  CHECK(a.disc_logit_reg == 0.01);
  CHECK(a.disc_buffer_size == 200000);
  CHECK(a.disc_replay_samples == 1000);
  CHECK(a.disc_reward_scale == 2);
  CHECK(a.action_bound_weight == 10);
  CHECK(a.norm_adv_clip == 4);
}

TEST_CASE("preset isaacgym") {
  const AgentConfig a = named("isaacgym");
  check_isaac_family(a, 5, 2);
  CHECK(a.disc_replay_keep == 0.01);
  CHECK(a.demo_refresh == 512);
  CHECK(a.action_bound_weight == 10);
  CHECK(a.value_clip == 0);
  CHECK(a.normalizer_epsilon == 1e-5);
}

TEST_CASE("preset skrl") {
  const AgentConfig a = named("skrl");
  check_isaac_family(a, 2.5, 2);
  CHECK(a.disc_replay_keep == 1);
  CHECK(a.action_bound_weight == 0);
  CHECK(a.value_clip == 0.2);
  CHECK(a.value_clip_form == ValueClip::clipped);
}

TEST_CASE("preset rofunc") {
  const AgentConfig a = named("rofunc");
  check_isaac_family(a, 2.5, 8);
  CHECK(a.tanh_mean);
  CHECK(a.orthogonal);
  CHECK(a.actor_init_output_scale == 0.01);
  CHECK(a.actor_opt.epsilon == 1e-5);
  CHECK(a.value_clip == 0);
  CHECK(a.demo_refresh == 1024);
}

TEST_CASE("preset amp_for_hardware") {
  const AgentConfig a = named("amp_for_hardware");
  CHECK(a.actor_net == std::vector<int>{512, 256, 128});
  CHECK(a.disc_net == kLarge);
  CHECK(a.elu);
  CHECK(a.learned_std);
  CHECK_FALSE(a.std_as_log);
  CHECK(a.action_std == 1);
  REQUIRE(a.min_std.size() == 12);
  CHECK(a.min_std[4] == 0.0942);
  CHECK(a.actor_opt.learning_rate == 1e-3);
  CHECK(a.actor_opt.grad_clip == 1);
  CHECK(a.clip_policy_together);
  CHECK(a.adapt_critic_rate);
  CHECK(a.kl_rule == KlRule::minibatch);
  CHECK(a.actor_kl_target == 0.01);
  CHECK(a.actor_lr_min == 1e-5);
  CHECK(a.actor_lr_max == 1e-2);
  CHECK(a.disc_opt.l2_decay);
  CHECK(a.disc_opt.weight_decay == 1e-3);
  CHECK(a.disc_head_decay == 1e-1);
  CHECK(a.discount == 0.99);
  CHECK(a.td_lambda == 0.95);
  CHECK(a.returns == Returns::gae);
  CHECK(a.ppo_clip_ratio == 0.2);
  CHECK(a.action_bound_weight == 0);
  CHECK(a.disc_opt.learning_rate == 1e-3);
  CHECK(a.disc_reward_scale == 2);
  CHECK(a.normalizer_clip == 10);
  CHECK(a.disc_buffer_size == 1000000);
  CHECK(a.disc_replay_keep == 1);
  CHECK(a.steps_per_iter == 24);
  CHECK(a.actor_epochs == 5);
  CHECK(a.actor_rows(5480) == 32880);
  CHECK(a.disc_rows(5480) == 32880);
  CHECK(a.disc_steps_of(5480) == 20);
  CHECK(a.disc_batch_mix == BatchMix::replay);
  CHECK(a.disc_replacement);
  CHECK(a.disc_loss == DiscLoss::lsgan);
  CHECK(a.style_reward == StyleReward::lsgan);
  CHECK(a.disc_grad_penalty == 10);
  CHECK(a.disc_grad_penalty_on == PenaltyOn::demo);
  CHECK(a.combine == Combine::lerp);
  CHECK(a.task_reward_lerp == 0.3);
  CHECK(a.timeout_value == TimeoutValue::current);
  CHECK(a.value_clip == 0.2);
  CHECK(a.value_clip_form == ValueClip::max);
  CHECK(a.action_entropy_weight == 0.01);
  CHECK(a.demo_buffer_size == 2000000);
  CHECK(a.normalizer_epsilon == 1e-4);
  CHECK_FALSE(a.normalize_obs);
}

TEST_CASE("a file's own keys win over its preset, an unknown preset names the nearest") {
  const AgentConfig a = named(
      "isaacgym",
      "disc_grad_penalty: 0.2\nmodel: {action_std: 0.1}\nactor_optimizer: {learning_rate: 1e-3}\n");
  CHECK(a.disc_grad_penalty == 0.2);
  CHECK(a.action_std == 0.1);
  CHECK(a.actor_net == kLarge);
  CHECK(a.actor_opt.learning_rate == 1e-3);
  CHECK(a.actor_opt.type == OptimizerType::adam);
  try {
    named("isacgym");
    FAIL("accepted");
  } catch (const Error& e) {
    CHECK(e.hint() == "did you mean 'isaacgym'?");
  }
  CHECK_THROWS_WITH(named("skrl", "disc_los: bce\n"), Catch::Contains("unknown key 'disc_los'"));
}
