#include "learn/agent_config.h"

#include <cmath>

#include "learn/agent_read.h"
#include "learn/presets.h"

namespace motus::learn {

namespace {

void read_iteration(const Config& y, AgentConfig& a) {
  a.precision =
      choose<Precision>(y, "precision", {{"fp32", Precision::fp32}, {"bf16", Precision::bf16}});
  a.steps_per_iter = y.get<int>("steps_per_iter");
  a.iters_per_output = y.get<int>("iters_per_output");
  a.test_episodes = y.get<int>("test_episodes");
  a.exp_anneal_samples = y.get<double>("exp_anneal_samples", 1e300);
  a.exp_prob_beg = y.get<double>("exp_prob_beg", 1.0);
  a.exp_prob_end = y.get<double>("exp_prob_end", 1.0);
  a.actor_hold_iterations = y.get<int>("actor_hold_iterations", 0);
  a.reward_times_one_minus_discount = y.get<bool>("reward_times_one_minus_discount", false);
  const Config warm = y.child("warm_start");
  a.warm_start.steps = warm.get<int>("steps", 0);
  a.warm_start.updates = warm.get<int>("updates", a.warm_start.updates);
  a.warm_start.batch = warm.get<int>("batch", a.warm_start.batch);
  a.warm_start.learning_rate = warm.get<double>("learning_rate", a.warm_start.learning_rate);
  a.warm_start.noise = warm.get<double>("noise", a.warm_start.noise);
  a.stop_test_length = y.get<double>("stop_test_length", 0.0);
  a.stop_speed_ratio = y.get<double>("stop_speed_ratio", 0.0);
  const double samples = y.get<double>("normalizer_samples", 1e300);
  a.normalizer_samples = samples >= 9e18 ? INT64_MAX : static_cast<int64_t>(samples);
  a.normalize_obs = y.get<bool>("normalize_obs", true);
  a.normalize_value = y.get<bool>("normalize_value", false);
  a.normalizer_clip = y.get<double>("normalizer_clip", a.normalizer_clip);
  a.normalizer_epsilon = y.get<double>("normalizer_epsilon", 0.0);
}

void read_policy(const Config& y, AgentConfig& a) {
  a.discount = y.get<double>("discount");
  a.td_lambda = y.get<double>("td_lambda");
  a.returns =
      choose<Returns>(y, "returns", {{"td_lambda", Returns::td_lambda}, {"gae", Returns::gae}});
  a.timeout_value = choose<TimeoutValue>(y, "timeout_value",
                                         {{"next", TimeoutValue::next},
                                          {"current", TimeoutValue::current},
                                          {"none", TimeoutValue::none}});
  a.norm_adv = y.get<bool>("norm_adv", true);
  a.norm_adv_clip = y.get<double>("norm_adv_clip");
  if (a.method == Method::awr) {
    a.awr_temperature = y.get<double>("awr_temp", a.awr_temperature);
    a.awr_weight_clip = y.get<double>("a_weight_clip", a.awr_weight_clip);
  } else {
    a.ppo_clip_ratio = y.get<double>("ppo_clip_ratio");
  }
  a.action_bound_weight = y.get<double>("action_bound_weight");
  a.action_entropy_weight = y.get<double>("action_entropy_weight", 0.0);
  a.action_reg_weight = y.get<double>("action_reg_weight", 0.0);
  a.value_clip = y.get<double>("value_clip", 0.0);
  a.value_clip_form = choose<ValueClip>(y, "value_clip_form",
                                        {{"max", ValueClip::max}, {"clipped", ValueClip::clipped}});
  a.kl_rule = choose<KlRule>(y, "kl_rule",
                             {{"iteration", KlRule::iteration}, {"minibatch", KlRule::minibatch}});
  a.actor_kl_target = y.get<double>("actor_kl_target", 0.0);
  a.actor_lr_min = y.get<double>("actor_lr_min", a.actor_lr_min);
  a.actor_lr_max = y.get<double>("actor_lr_max", a.actor_lr_max);
  a.symmetry_weight = y.get<double>("symmetry_weight", 0.0);
  a.symmetry_augmentation = y.get<bool>("symmetry_augmentation", false);
}

void check(const AgentConfig& a, const std::string& place) {
  const auto positive = [&](double v, const char* key) {
    require(v > 0, Kind::usage, "{}: {} must be positive, found {}", place, key, v);
  };
  const auto not_negative = [&](double v, const char* key) {
    require(v >= 0, Kind::usage, "{}: {} must be 0 or more, found {}", place, key, v);
  };
  const auto share = [&](double v, const char* key) {
    require(v >= 0 && v <= 1, Kind::usage, "{}: {} {} is outside [0, 1]", place, key, v);
  };
  positive(a.steps_per_iter, "steps_per_iter");
  positive(a.iters_per_output, "iters_per_output");
  positive(a.test_episodes, "test_episodes");
  positive(a.actor_epochs, "actor_epochs");
  positive(a.critic_epochs, "critic_epochs");
  positive(a.actor_batch, "actor_batch_size");
  positive(a.critic_batch, "critic_batch_size");
  positive(a.normalizer_clip, "normalizer_clip");
  positive(a.awr_temperature, "awr_temp");
  positive(a.awr_weight_clip, "a_weight_clip");
  positive(a.actor_lr_min, "actor_lr_min");
  for (const auto& [v, key] :
       {std::pair(a.normalizer_epsilon, "normalizer_epsilon"),
        std::pair(a.norm_adv_clip, "norm_adv_clip"), std::pair(a.value_clip, "value_clip"),
        std::pair(a.actor_kl_target, "actor_kl_target"),
        std::pair(a.action_entropy_weight, "action_entropy_weight"),
        std::pair(a.symmetry_weight, "symmetry_weight")})
    not_negative(v, key);
  share(a.discount, "discount");
  share(a.td_lambda, "td_lambda");
  share(a.exp_prob_beg, "exp_prob_beg");
  share(a.exp_prob_end, "exp_prob_end");
  require(a.actor_lr_max >= a.actor_lr_min, Kind::usage,
          "{}: actor_lr_max {} is below actor_lr_min {}", place, a.actor_lr_max, a.actor_lr_min);
  require(!a.reward_times_one_minus_discount || a.discount < 1, Kind::usage,
          "{}: reward_times_one_minus_discount needs a discount below 1", place);
  require(!a.clip_policy_together ||
              (a.actor_epochs == a.critic_epochs && a.actor_batch == a.critic_batch &&
               a.actor_opt.grad_clip == a.critic_opt.grad_clip),
          Kind::usage,
          "{}: grad_clip_over: policy needs one number of epochs, batch size and grad_clip for "
          "actor and critic",
          place);
  require(
      !a.adapt_critic_rate || a.clip_policy_together || a.kl_rule == KlRule::iteration, Kind::usage,
      "{}: adaptive_rate_on: policy with kl_rule: minibatch needs grad_clip_over: policy", place);
}

}  // namespace

int64_t AgentConfig::rows(double batch, BatchUnit unit, int envs) const {
  const double total = static_cast<double>(steps_per_iter) * envs;
  const double n = unit == BatchUnit::rows   ? batch
                   : unit == BatchUnit::envs ? batch * envs
                                             : total / batch;
  return static_cast<int64_t>(std::ceil(std::min(n, total)));
}

int64_t AgentConfig::disc_steps_of(int envs) const {
  if (disc_steps > 0) return disc_steps;
  const int64_t total = int64_t{steps_per_iter} * envs;
  const int64_t batch = disc_with_actor ? actor_rows(envs) : disc_rows(envs);
  return (disc_with_actor ? actor_epochs : disc_epochs) * ((total + batch - 1) / batch);
}

void AgentConfig::check_sizes(int envs) const {
  const int64_t total = int64_t{steps_per_iter} * envs;
  const auto parts = [&](BatchUnit unit, double n, const char* key) {
    require(unit != BatchUnit::parts || n <= static_cast<double>(total), Kind::usage,
            "{}: {} minibatches of an iteration that has {} rows ({} environments x {} steps)", key,
            n, total, envs, steps_per_iter);
  };
  parts(batch_unit, actor_batch, "actor_batch_size");
  parts(batch_unit, critic_batch, "critic_batch_size");
  if (!has_disc()) return;
  parts(disc_batch_unit, disc_batch, "disc_batch_size");
  if (disc_buffer_size < total) {
    throw Error(Kind::usage,
                fmt::format("disc_buffer_size {} is smaller than the {} rows of an iteration ({} "
                            "environments x {} steps)",
                            disc_buffer_size, total, envs, steps_per_iter),
                "raise it, or lower --num_envs or steps_per_iter");
  }
}

AgentConfig AgentConfig::read(const Config& given) {
  const Config y = with_preset(given);
  y.note("preset");
  AgentConfig a;
  y.get<std::string>("agent_name");  // there is no default
  a.method = choose<Method>(
      y, "agent_name",
      {{"AMP", Method::amp}, {"ADD", Method::add}, {"PPO", Method::ppo}, {"AWR", Method::awr}});
  read_model(y.child("model"), a);
  read_optimizers(y, a);
  read_iteration(y, a);
  read_policy(y, a);
  if (a.has_disc()) read_discriminator(y, a);
  // evaluation is blocked here whatever these say
  y.note("critic_eval_batch_size");
  y.note("disc_eval_batch_size");
  y.refuse_unknown();
  check(a, y.place());
  return a;
}

}  // namespace motus::learn
