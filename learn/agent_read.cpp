#include "learn/agent_read.h"

#include <map>

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
  // "Adam" is MimicKit's name of AdamW; weight_decay_form tells the two apart
  c.get<std::string>("type");  // there is no default
  o.type = choose<OptimizerType>(
      c, "type",
      {{"SGD", OptimizerType::sgd}, {"Adam", OptimizerType::adam}, {"AdamW", OptimizerType::adam}});
  o.learning_rate = c.get<double>("learning_rate");
  o.weight_decay = c.get<double>("weight_decay", 0.0);
  o.l2_decay = choose<bool>(c, "weight_decay_form", {{"decoupled", false}, {"l2", true}});
  o.grad_clip = c.get<double>("grad_clip", 0.0);
  o.gradient_scale = c.get<double>("loss_weight", 1.0);
  o.momentum = c.get<double>("momentum", o.momentum);
  o.epsilon = c.get<double>("epsilon", o.epsilon);
  const auto check = [&](bool good, const char* key, double value, const char* want) {
    require(good, Kind::usage, "{}: {} {} is not {}", c.place(), key, value, want);
  };
  check(o.learning_rate > 0, "learning_rate", o.learning_rate, "positive");
  check(o.weight_decay >= 0, "weight_decay", o.weight_decay, "0 or more");
  check(o.grad_clip >= 0, "grad_clip", o.grad_clip, "0 or more");
  check(o.gradient_scale > 0, "loss_weight", o.gradient_scale, "positive");
  check(o.momentum >= 0 && o.momentum < 1, "momentum", o.momentum, "in [0, 1)");
  check(o.epsilon > 0, "epsilon", o.epsilon, "positive");
  return o;
}

const std::vector<std::pair<std::string, BatchUnit>> kUnits{
    {"envs", BatchUnit::envs}, {"rows", BatchUnit::rows}, {"parts", BatchUnit::parts}};

void read_current(const Config& y, AgentConfig& a) {
  a.actor_opt = read_optimizer(y.child("actor_optimizer"));
  a.critic_opt = read_optimizer(y.child("critic_optimizer"));
  a.actor_epochs = y.get<int>("actor_epochs");
  a.critic_epochs = y.get<int>("critic_epochs");
  a.actor_batch = y.get<double>("actor_batch_size");
  a.critic_batch = y.get<double>("critic_batch_size");
  a.batch_unit = choose(y, "batch_unit", kUnits);
  a.clip_policy_together = choose<bool>(y, "grad_clip_over", {{"each", false}, {"policy", true}});
  a.adapt_critic_rate = choose<bool>(y, "adaptive_rate_on", {{"actor", false}, {"policy", true}});
  if (!a.has_disc()) return;
  const Config disc = y.child("disc_optimizer");
  a.disc_opt = read_optimizer(disc);
  a.disc_head_decay = disc.get<double>("head_weight_decay", -1.0);
  require(a.disc_head_decay < 0 || a.disc_opt.l2_decay || a.disc_opt.type == OptimizerType::sgd,
          Kind::usage, "{}: head_weight_decay needs 'weight_decay_form: l2'", disc.place());
  a.disc_batch = y.get<double>("disc_batch_size");
  a.disc_batch_unit =
      y.has("disc_batch_unit") ? choose(y, "disc_batch_unit", kUnits) : a.batch_unit;
  a.disc_steps = y.get<int>("disc_steps", 0);
  a.disc_with_actor = y.get<bool>("disc_with_actor", false);
  a.disc_epochs = a.disc_steps > 0 || a.disc_with_actor ? y.get<int>("disc_epochs", 0)
                                                        : y.get<int>("disc_epochs");
  a.disc_weight_loss = y.get<double>("disc_weight_loss", 0.0);
  a.disc_batch_mix = choose<BatchMix>(
      y, "disc_batch_mix",
      {{"full", BatchMix::full}, {"half", BatchMix::half}, {"replay", BatchMix::replay}});
  a.disc_grad_penalty_on = choose<PenaltyOn>(y, "disc_grad_penalty_on",
                                             {{"both", PenaltyOn::both},
                                              {"demo", PenaltyOn::demo},
                                              {"interpolated", PenaltyOn::interpolated}});
}

void read_legacy(const Config& y, AgentConfig& a) {
  a.legacy = true;
  const OptimizerConfig one = read_optimizer(y.child("optimizer"));
  a.actor_opt = a.critic_opt = a.disc_opt = one;
  a.critic_opt.gradient_scale = y.get<double>("critic_loss_weight");
  a.actor_epochs = a.critic_epochs = a.disc_epochs = y.get<int>("update_epochs");
  a.actor_batch = a.critic_batch = y.get<double>("batch_size");
  if (!a.has_disc()) return;
  a.disc_opt.gradient_scale = y.get<double>("disc_loss_weight");
  a.disc_weight_loss = y.get<double>("disc_weight_decay", 0.0);
  a.disc_batch = y.get<double>("disc_batch_size");
  a.disc_batch_unit = BatchUnit::rows;
  a.disc_with_actor = true;
  a.disc_batch_mix = BatchMix::half;
  a.disc_grad_penalty_on = PenaltyOn::demo;
}

/// The key set decides the dialect; a mixture has none.
bool is_legacy(const Config& y) {
  static const std::vector<std::string> old_keys{"optimizer",        "update_epochs",
                                                 "batch_size",       "critic_loss_weight",
                                                 "disc_loss_weight", "disc_weight_decay"};
  static const std::vector<std::string> new_keys{
      "actor_optimizer",  "critic_optimizer", "disc_optimizer",       "actor_epochs",
      "critic_epochs",    "actor_batch_size", "critic_batch_size",    "disc_epochs",
      "batch_unit",       "disc_steps",       "disc_batch_mix",       "disc_batch_unit",
      "disc_weight_loss", "disc_with_actor",  "disc_grad_penalty_on", "grad_clip_over",
      "adaptive_rate_on"};
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

}  // namespace

std::vector<int> net_preset(const std::string& name) {
  const auto it = presets().find(name);
  if (it != presets().end()) return it->second;
  std::vector<std::string> known;
  for (const auto& [k, v] : presets()) known.push_back(k);
  throw Error(Kind::usage, fmt::format("unknown network '{}'", name), did_you_mean(name, known));
}

void read_model(const Config& model, AgentConfig& a) {
  a.actor_net = read_net(model, "actor_net");
  a.critic_net = read_net(model, "critic_net");
  if (a.has_disc()) a.disc_net = read_net(model, "disc_net");
  a.elu = choose<bool>(model, "activation", {{"relu", false}, {"elu", true}});
  a.orthogonal = choose<bool>(model, "init", {{"uniform", false}, {"orthogonal", true}});
  a.tanh_mean = choose<bool>(model, "actor_mean", {{"linear", false}, {"tanh", true}});
  a.actor_init_output_scale = model.get<double>("actor_init_output_scale", 0.01);
  enum class Std { fixed, constant, variable };
  const Std std = choose<Std>(
      model, "actor_std_type",
      {{"FIXED", Std::fixed}, {"CONSTANT", Std::constant}, {"VARIABLE", Std::variable}});
  a.learned_std = std == Std::constant, a.variable_std = std == Std::variable;
  a.std_as_log = choose<bool>(model, "std_parameter", {{"log", true}, {"std", false}});
  require(a.std_as_log || !a.variable_std, Kind::usage,
          "{}: 'actor_std_type: VARIABLE' learns logarithms, 'std_parameter: std' is not there",
          model.place());
  a.action_std = model.get<double>("action_std");
  require(a.action_std > 0, Kind::usage, "{}: action_std {} is not positive", model.place(),
          a.action_std);
  if (!model.has("min_std")) return;
  a.min_std = model.node("min_std").IsSequence()
                  ? model.get<std::vector<double>>("min_std")
                  : std::vector<double>{model.get<double>("min_std")};
  for (const double s : a.min_std)
    require(s > 0, Kind::usage, "{}: min_std {} is not positive", model.place(), s);
  require(a.learned_std, Kind::usage, "{}: min_std needs 'actor_std_type: CONSTANT'",
          model.place());
}

void read_optimizers(const Config& y, AgentConfig& a) {
  if (is_legacy(y)) {
    read_legacy(y, a);
  } else {
    read_current(y, a);
  }
}

void read_discriminator(const Config& y, AgentConfig& a) {
  a.disc_loss = choose<DiscLoss>(
      y, "disc_loss",
      {{"bce", DiscLoss::bce}, {"lsgan", DiscLoss::lsgan}, {"wgan", DiscLoss::wgan}});
  a.disc_update_interval = y.get<int>("disc_update_interval", 1);
  a.disc_buffer_size = y.get<int64_t>("disc_buffer_size");
  a.disc_replay_keep = y.get<double>("disc_replay_keep", -1.0);
  a.disc_replay_samples = y.has("disc_replay_keep") ? y.get<int64_t>("disc_replay_samples", 0)
                                                    : y.get<int64_t>("disc_replay_samples");
  a.disc_replacement = y.get<bool>("disc_replacement", false);
  a.demo_buffer_size = y.get<int64_t>("demo_buffer_size", 0);
  a.demo_refresh = y.get<int64_t>("demo_refresh", 0);
  a.disc_logit_reg = y.get<double>("disc_logit_reg");
  a.disc_grad_penalty = y.get<double>("disc_grad_penalty");
  a.disc_grad_penalty_target = y.get<double>("disc_grad_penalty_target", 0.0);
  a.disc_reward_scale = y.get<double>("disc_reward_scale");
  a.combine = choose<Combine>(
      y, "reward_combine", {{"add", Combine::add}, {"mul", Combine::mul}, {"lerp", Combine::lerp}});
  a.task_reward_lerp = a.combine == Combine::lerp ? y.get<double>("task_reward_lerp")
                                                  : y.get<double>("task_reward_lerp", 0.0);
  a.task_reward_weight = y.get<double>("task_reward_weight");
  a.disc_reward_weight = y.get<double>("disc_reward_weight");
  a.style_reward = choose<StyleReward>(y, "style_reward",
                                       {{"log", StyleReward::log},
                                        {"softplus", StyleReward::softplus},
                                        {"lsgan", StyleReward::lsgan},
                                        {"wgan", StyleReward::wgan},
                                        {"exponential", StyleReward::exponential}});
  a.style_reward_floor = y.get<double>("style_reward_floor", 0.0);
  a.style_reward_max = y.get<double>("style_reward_max", 0.0);
  const auto check = [&](bool good, const char* what) {
    require(good, Kind::usage, "{}: {}", y.place(), what);
  };
  check(a.disc_update_interval > 0, "disc_update_interval must be positive");
  check(a.disc_steps >= 0, "disc_steps must be 0 or more");
  check(a.disc_steps > 0 || a.disc_with_actor || a.disc_epochs > 0, "disc_epochs must be positive");
  check(a.disc_batch > 0, "disc_batch_size must be positive");
  check(a.disc_buffer_size > 0, "disc_buffer_size must be positive");
  check(a.disc_replay_keep <= 1, "disc_replay_keep is a probability: at most 1");
  check(a.disc_replay_samples >= 0, "disc_replay_samples must be 0 or more");
  check(a.demo_buffer_size >= 0 && a.demo_refresh >= 0,
        "demo_buffer_size and demo_refresh must be 0 or more");
  check(a.demo_refresh <= a.demo_buffer_size, "demo_refresh is more than demo_buffer_size holds");
  check(a.disc_grad_penalty >= 0 && a.disc_grad_penalty_target >= 0,
        "disc_grad_penalty and its target must be 0 or more");
  check(a.task_reward_lerp >= 0 && a.task_reward_lerp <= 1, "task_reward_lerp is outside [0, 1]");
  check(a.style_reward != StyleReward::exponential || a.style_reward_max > 0,
        "style_reward: exponential grows without bound and needs a style_reward_max");
  check(a.combine != Combine::mul || (a.task_reward_weight > 0 && a.disc_reward_weight > 0),
        "reward_combine: mul needs positive task_reward_weight and disc_reward_weight");
}

}  // namespace motus::learn
