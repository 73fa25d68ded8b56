#include "learn/agent_config.h"

#include <cmath>
#include <map>

#include "motion/nearest.h"

namespace motus::learn {

namespace {

const std::map<std::string, std::vector<int>>& presets() {
  static const std::map<std::string, std::vector<int>> table{
      {"fc_2layers_128units", {128, 64}},
      {"fc_2layers_256units", {256, 128}},
      {"fc_2layers_512units", {512, 256}},
      {"fc_2layers_1024units", {1024, 512}},
      {"fc_3layers_1024units", {1024, 1024, 512}}};
  return table;
}

std::vector<int> read_net(const Config& model, const std::string& key) {
  const YAML::Node node = model.node(key);
  if (!node.IsSequence()) return net_preset(model.get<std::string>(key));
  const auto widths = model.get<std::vector<int>>(key);
  require(!widths.empty(), Kind::usage, "{}: '{}' lists no width", model.place(), key);
  for (const int w : widths)
    require(w > 0, Kind::usage, "{}: '{}' holds width {}", model.place(), key, w);
  return widths;
}

OptimizerConfig read_optimizer(const Config& c) {
  OptimizerConfig o;
  const auto type = c.get<std::string>("type");
  require(type == "SGD" || type == "Adam", Kind::usage, "{}: type '{}' is neither SGD nor Adam",
          c.place(), type);
  o.type = type == "SGD" ? OptimizerType::sgd : OptimizerType::adam;
  o.learning_rate = c.get<double>("learning_rate");
  o.weight_decay = c.get<double>("weight_decay", 0.0);
  o.grad_clip = c.get<double>("grad_clip", 0.0);
  require(o.learning_rate > 0, Kind::usage, "{}: learning_rate {} is not positive", c.place(),
          o.learning_rate);
  return o;
}

void read_current(const Config& y, AgentConfig& a) {
  a.actor_opt = read_optimizer(y.child("actor_optimizer"));
  a.critic_opt = read_optimizer(y.child("critic_optimizer"));
  a.disc_opt = read_optimizer(y.child("disc_optimizer"));
  a.actor_epochs = y.get<int>("actor_epochs");
  a.critic_epochs = y.get<int>("critic_epochs");
  a.actor_batch = y.get<double>("actor_batch_size");
  a.critic_batch = y.get<double>("critic_batch_size");
  a.disc_batch = y.get<double>("disc_batch_size");
  a.disc_steps = y.get<int>("disc_steps", 0);
  a.disc_epochs = a.disc_steps > 0 ? y.get<int>("disc_epochs", 0) : y.get<int>("disc_epochs");
  const auto unit = y.get<std::string>("batch_unit", "envs");
  require(unit == "envs" || unit == "rows", Kind::usage,
          "{}: batch_unit '{}' is neither envs nor rows", y.place(), unit);
  a.batch_in_rows = unit == "rows";
  const auto mix = y.get<std::string>("disc_batch_mix", "full");
  require(mix == "full" || mix == "half", Kind::usage,
          "{}: disc_batch_mix '{}' is neither full nor half", y.place(), mix);
  a.disc_half_mix = mix == "half";
}

void read_legacy(const Config& y, AgentConfig& a) {
  a.legacy = true;
  const OptimizerConfig one = read_optimizer(y.child("optimizer"));
  a.actor_opt = a.critic_opt = a.disc_opt = one;
  a.critic_opt.gradient_scale = y.get<double>("critic_loss_weight");
  a.disc_opt.gradient_scale = y.get<double>("disc_loss_weight");
  a.disc_weight_loss = y.get<double>("disc_weight_decay", 0.0);
  a.actor_epochs = a.critic_epochs = a.disc_epochs = y.get<int>("update_epochs");
  a.actor_batch = a.critic_batch = y.get<double>("batch_size");
  a.disc_batch = y.get<double>("disc_batch_size");
  a.disc_batch_in_rows = true;
  a.disc_half_mix = true;
  a.disc_penalty_on_agent = false;
}

/// The key set decides the dialect; a mixture has none.
bool is_legacy(const Config& y) {
  static const std::vector<std::string> old_keys{"optimizer",        "update_epochs",
                                                 "batch_size",       "critic_loss_weight",
                                                 "disc_loss_weight", "disc_weight_decay"};
  static const std::vector<std::string> new_keys{
      "actor_optimizer", "critic_optimizer", "disc_optimizer",    "actor_epochs",
      "critic_epochs",   "actor_batch_size", "critic_batch_size", "disc_epochs",
      "batch_unit",      "disc_steps",       "disc_batch_mix"};
  std::string old_key, new_key;
  for (const std::string& k : y.keys()) {
    for (const std::string& o : old_keys)
      if (k == o && old_key.empty()) old_key = k;
    for (const std::string& n : new_keys)
      if (k == n && new_key.empty()) new_key = k;
  }
  if (!old_key.empty() && !new_key.empty()) {
    throw Error(Kind::usage,
                fmt::format("{}: '{}' belongs to the legacy dialect and '{}' to the current one",
                            y.place(), old_key, new_key),
                "use the keys of one dialect");
  }
  return !old_key.empty();
}

void check(const AgentConfig& a, const std::string& place) {
  const auto positive = [&](double v, const char* key) {
    require(v > 0, Kind::usage, "{}: {} must be positive, found {}", place, key, v);
  };
  positive(a.steps_per_iter, "steps_per_iter");
  positive(a.iters_per_output, "iters_per_output");
  positive(a.test_episodes, "test_episodes");
  positive(a.actor_epochs, "actor_epochs");
  positive(a.critic_epochs, "critic_epochs");
  if (a.disc_steps <= 0) positive(a.disc_epochs, "disc_epochs");
  positive(a.actor_batch, "actor_batch_size");
  positive(a.critic_batch, "critic_batch_size");
  positive(a.disc_batch, "disc_batch_size");
  positive(a.action_std, "action_std");
  positive(static_cast<double>(a.disc_buffer_size), "disc_buffer_size");
  require(a.discount >= 0 && a.discount <= 1, Kind::usage, "{}: discount {} is outside [0, 1]",
          place, a.discount);
  require(a.td_lambda >= 0 && a.td_lambda <= 1, Kind::usage, "{}: td_lambda {} is outside [0, 1]",
          place, a.td_lambda);
  require(!a.reward_times_one_minus_discount || a.discount < 1, Kind::usage,
          "{}: reward_times_one_minus_discount needs a discount below 1", place);
}

}  // namespace

std::vector<int> net_preset(const std::string& name) {
  const auto it = presets().find(name);
  if (it != presets().end()) return it->second;
  std::vector<std::string> known;
  for (const auto& [k, v] : presets()) known.push_back(k);
  throw Error(Kind::usage, fmt::format("unknown network '{}'", name), did_you_mean(name, known));
}

int64_t AgentConfig::rows(double batch, bool absolute, int envs) {
  return static_cast<int64_t>(std::ceil(absolute ? batch : batch * envs));
}

int64_t AgentConfig::disc_steps_of(int envs) const {
  if (disc_steps > 0) return disc_steps;
  const int64_t total = int64_t{steps_per_iter} * envs;
  const int64_t batch = legacy ? actor_rows(envs) : disc_rows(envs);
  return disc_epochs * ((total + batch - 1) / batch);
}

AgentConfig AgentConfig::read(const Config& y) {
  AgentConfig a;
  const auto name = y.get<std::string>("agent_name");
  require(name == "AMP", Kind::usage, "{}: agent_name '{}' is not one this build trains (AMP)",
          y.place(), name);
  const Config model = y.child("model");
  a.actor_net = read_net(model, "actor_net");
  a.critic_net = read_net(model, "critic_net");
  a.disc_net = read_net(model, "disc_net");
  a.actor_init_output_scale = model.get<double>("actor_init_output_scale", 0.01);
  const auto std_type = model.get<std::string>("actor_std_type", "FIXED");
  require(std_type == "FIXED", Kind::usage, "{}: actor_std_type '{}' is not supported (FIXED)",
          model.place(), std_type);
  a.action_std = model.get<double>("action_std");
  if (is_legacy(y)) {
    read_legacy(y, a);
  } else {
    read_current(y, a);
  }
  a.discount = y.get<double>("discount");
  a.td_lambda = y.get<double>("td_lambda");
  a.steps_per_iter = y.get<int>("steps_per_iter");
  a.iters_per_output = y.get<int>("iters_per_output");
  a.test_episodes = y.get<int>("test_episodes");
  const double samples = y.get<double>("normalizer_samples", 1e300);
  a.normalizer_samples = samples >= 9e18 ? INT64_MAX : static_cast<int64_t>(samples);
  a.ppo_clip_ratio = y.get<double>("ppo_clip_ratio");
  a.norm_adv_clip = y.get<double>("norm_adv_clip");
  a.action_bound_weight = y.get<double>("action_bound_weight");
  a.action_entropy_weight = y.get<double>("action_entropy_weight", 0.0);
  a.action_reg_weight = y.get<double>("action_reg_weight", 0.0);
  a.disc_buffer_size = y.get<int64_t>("disc_buffer_size");
  a.disc_replay_samples = y.get<int>("disc_replay_samples");
  a.disc_logit_reg = y.get<double>("disc_logit_reg");
  a.disc_grad_penalty = y.get<double>("disc_grad_penalty");
  a.disc_reward_scale = y.get<double>("disc_reward_scale");
  a.task_reward_weight = y.get<double>("task_reward_weight");
  a.disc_reward_weight = y.get<double>("disc_reward_weight");
  a.exp_anneal_samples = y.get<double>("exp_anneal_samples", 1e300);
  a.exp_prob_beg = y.get<double>("exp_prob_beg", 1.0);
  a.exp_prob_end = y.get<double>("exp_prob_end", 1.0);
  // evaluation is blocked here whatever these say
  y.note("critic_eval_batch_size");
  y.note("disc_eval_batch_size");
  a.actor_kl_target = y.get<double>("actor_kl_target", 0.0);
  a.actor_lr_min = y.get<double>("actor_lr_min", a.actor_lr_min);
  a.actor_lr_max = y.get<double>("actor_lr_max", a.actor_lr_max);
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
  y.refuse_unknown();
  check(a, y.place());
  return a;
}

}  // namespace motus::learn
