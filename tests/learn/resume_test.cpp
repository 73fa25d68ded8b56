// Stop and resume with every option on, at random iterations, and what a checkpoint refuses.
#include <filesystem>
#include <fstream>

#include "learn/trainer.h"
#include "motion/config.h"
#include "motion/sha256.h"
#include "tests/catch.h"
#include "tests/learn/agent_yaml.h"
#include "tests/learn/folders.h"
#include "tests/learn/point_env.h"

using namespace motus;
using namespace motus::learn;

namespace {

const char* const kEverything = R"(agent_name: AMP
model: {actor_net: [16, 8], critic_net: [12], disc_net: [16, 8], activation: elu, init: orthogonal,
  actor_mean: tanh, actor_init_output_scale: 0.1, actor_std_type: CONSTANT, std_parameter: std,
  action_std: 0.4, min_std: [0.1, 0.2]}
actor_optimizer: {type: Adam, learning_rate: 1e-3, grad_clip: 1, epsilon: 1e-6}
critic_optimizer: {type: Adam, learning_rate: 1e-3, grad_clip: 1, loss_weight: 2}
disc_optimizer: {type: SGD, learning_rate: 1e-3, momentum: 0.8, weight_decay: 1e-3,
  head_weight_decay: 1e-2, weight_decay_form: l2, loss_weight: 3}
grad_clip_over: policy
adaptive_rate_on: policy
kl_rule: minibatch
actor_kl_target: 0.01
discount: 0.95
td_lambda: 0.9
returns: gae
timeout_value: current
steps_per_iter: 8
iters_per_output: 4
test_episodes: 4
normalizer_samples: 1000
normalize_value: True
normalizer_clip: 5
normalizer_epsilon: 1e-5
batch_unit: parts
actor_epochs: 2
actor_batch_size: 3
critic_epochs: 2
critic_batch_size: 3
ppo_clip_ratio: 0.2
norm_adv_clip: 3
value_clip: 0.2
action_bound_weight: 1
action_entropy_weight: 0.01
action_reg_weight: 0.01
symmetry_weight: 0.5
symmetry_augmentation: True
exp_anneal_samples: 400
exp_prob_beg: 1
exp_prob_end: 0.7
disc_loss: wgan
style_reward: wgan
disc_with_actor: True
disc_batch_size: 2
disc_update_interval: 2
disc_buffer_size: 150
disc_replay_keep: 0.3
disc_replacement: True
demo_buffer_size: 100
demo_refresh: 10
disc_logit_reg: 0.01
disc_grad_penalty: 1
disc_grad_penalty_on: interpolated
disc_grad_penalty_target: 1
disc_weight_loss: 1e-4
disc_reward_scale: 2
reward_combine: lerp
task_reward_lerp: 0.3
task_reward_weight: 1
disc_reward_weight: 1
actor_hold_iterations: 1
warm_start: {steps: 10, updates: 20, batch: 16}
)";

TrainResult run(const std::filesystem::path& out, const TrainOptions& given,
                const std::string& yaml) {
  PointEnv env(8, 3);
  Agent agent(AgentConfig::read(Config::parse(yaml, "agent.yaml")), env.spec(), 3);
  TrainOptions o = given;
  o.out_dir = out;
  return train(env, agent, o);
}
std::string with(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("with every option on, stop and resume at random iterations equals no stop") {
  const std::string kept = with(kEverything, "demo_refresh: 10", "demo_refresh: 0");
  const std::string deck = with(kEverything, "disc_replacement: True", "disc_batch_mix: replay");
  const std::string differences = with(with(kEverything, "agent_name: AMP", "agent_name: ADD"),
                                       "disc_grad_penalty_on: interpolated", "");
  const std::string variable = with(
      with(kEverything, "actor_std_type: CONSTANT, std_parameter: std", "actor_std_type: VARIABLE"),
      ", min_std: [0.1, 0.2]", "");
  Rng random(20261121);
  int number = 0;
  for (const std::string& yaml : {std::string(kEverything), kept, deck, differences, variable}) {
    TrainOptions o;
    o.max_samples = 8 * 8 * 15;
    const auto whole = fresh_folder("whole");
    run(whole, o, yaml);
    for (int k = 0; k < 3; ++k) {
      const auto at = static_cast<int64_t>(1 + random.below(13));
      const auto parts = fresh_folder("parts");
      int64_t iterations = 0;
      TrainOptions stop = o;
      stop.threads = 2;
      stop.stop = [&] { return ++iterations == at; };
      CHECK(run(parts, stop, yaml).interrupted);
      TrainOptions again = o;
      again.resume = true;
      run(parts, again, yaml);
      INFO("case " << number << ", stopped after iteration " << at);
      CHECK(hash(whole / "state.safetensors") == hash(parts / "state.safetensors"));
    }
    ++number;
  }
}

TEST_CASE("PPO and AWR train by the task's reward and hold no discriminator") {
  for (const std::string name : {"PPO", "AWR"}) {
    std::string yaml = R"(agent_name: NAME
model: {actor_net: [16, 8], critic_net: [16, 8], action_std: 0.2}
actor_optimizer: {type: Adam, learning_rate: 3e-3}
critic_optimizer: {type: Adam, learning_rate: 3e-3}
discount: 0.95
td_lambda: 0.95
steps_per_iter: 16
iters_per_output: 10
test_episodes: 8
actor_epochs: 3
actor_batch_size: 4
critic_epochs: 2
critic_batch_size: 2
norm_adv_clip: 4
action_bound_weight: 10
)";
    yaml = with(yaml, "NAME", name);
    if (name == "PPO") yaml += "ppo_clip_ratio: 0.2\n";
    const auto out = fresh_folder(name);
    TrainOptions o;
    o.max_samples = 30000;
    const TrainResult r = run(out, o, yaml);
    INFO(name);
    CHECK(r.last_test.forward_speed > 1);  // the reward is the speed, the clip is not looked at
    const Archive a = Archive::load(out / "model.safetensors");
    CHECK_FALSE(a.arrays.contains("_model._disc_layers.0.weight"));
    CHECK_THROWS_WITH(run(out, o, yaml + "disc_logit_reg: 1\n"),
                      Catch::Contains("unknown key 'disc_logit_reg'"));
  }
}

TEST_CASE("ADD learns to follow its clip") {
  const auto out = fresh_folder("add");
  TrainOptions o;
  o.max_samples = 40000;
  const TrainResult r = run(out, o, with(current_yaml(), "\"AMP\"", "\"ADD\""));
  CHECK(r.last_test.forward_speed == Approx(1).margin(0.3));
}

TEST_CASE(
    "a rollout larger than its ring, or cut into too many parts, is refused before it starts") {
  PointEnv env(8, 3);
  const auto refused = [&](const std::string& yaml) {
    try {
      Agent(AgentConfig::read(Config::parse(yaml, "agent.yaml")), env.spec(), 0);
    } catch (const Error& e) {
      CHECK(e.kind() == Kind::usage);
      return std::string(e.what());
    }
    return std::string("accepted");
  };
  CHECK_THAT(refused(with(kEverything, "disc_buffer_size: 150", "disc_buffer_size: 63")),
             Catch::Contains("disc_buffer_size 63 is smaller than the 64 rows of an iteration (8 "
                             "environments x 8 steps)"));
  CHECK_THAT(
      refused(with(kEverything, "actor_batch_size: 3\ncritic_epochs: 2\ncritic_batch_size: 3",
                   "actor_batch_size: 65\ncritic_epochs: 2\ncritic_batch_size: 65")),
      Catch::Contains("actor_batch_size: 65 minibatches of an iteration that has 64 rows"));
  CHECK_THAT(refused(with(kEverything, "actor_batch_size: 3", "actor_batch_size: 0")),
             Catch::Contains("actor_batch_size must be positive, found 0"));
  CHECK_THAT(refused(with(kEverything, "actor_batch_size: 3", "actor_batch_size: 4")),
             Catch::Contains("grad_clip_over: policy needs one number of epochs"));
  CHECK_THAT(refused(with(kEverything, "style_reward: wgan", "style_reward: exponential")),
             Catch::Contains("needs a style_reward_max"));
  CHECK_THAT(refused(with(kEverything, "reward_combine: lerp", "reward_combine: average")),
             Catch::Contains("reward_combine 'average' is unknown"));
  CHECK(refused(kEverything) == "accepted");
}

TEST_CASE("an environment without a mirror or without an aligned clip is refused by name") {
  PointEnv env(8, 3);
  sim::EnvSpec spec = env.spec();
  spec.obs_mirror = {};
  spec.no_mirror = "the phase has no mirror image";
  CHECK_THROWS_WITH(Agent(AgentConfig::read(Config::parse(kEverything, "agent.yaml")), spec, 0),
                    Catch::Contains("symmetry_augmentation: the phase has no mirror image"));
}

namespace {
/// A world that goes wrong after a while.
class Broken : public PointEnv {
 public:
  explicit Broken(std::string where) : PointEnv(8, 3), where_(std::move(where)) {}
  void sample_demo(int n, std::span<float> out) override {
    PointEnv::sample_demo(n, out);
    if (where_ == "demo" && ++calls_ == 7) out[5] = std::nanf("");
  }
  void step(std::span<const float> actions) override {
    PointEnv::step(actions);
    if (where_ == "reward" && ++calls_ == 16 * 7) reward_is_bad_ = true;
  }
  std::span<const float> rewards() const override {
    bad_.assign(PointEnv::rewards().begin(), PointEnv::rewards().end());
    if (reward_is_bad_) bad_[3] = std::nanf("");
    return bad_;
  }

 private:
  std::string where_;
  int calls_ = 0;
  bool reward_is_bad_ = false;
  mutable std::vector<float> bad_;
};
}  // namespace

TEST_CASE("a number that is none stops training, names its place and leaves the checkpoint alone") {
  const std::string yaml = with(current_yaml(), "task_reward_weight: 0", "task_reward_weight: 1");
  for (const std::string where : {"demo", "reward", "network"}) {
    const auto out = fresh_folder("nan");
    Broken env(where);
    Agent agent(AgentConfig::read(Config::parse(yaml, "agent.yaml")), env.spec(), 3);
    TrainOptions o;
    o.out_dir = out;
    o.max_samples = 8 * 16 * 20;
    std::string before;
    o.progress = [&](const Progress& p) {
      before = hash(out / "state.safetensors");
      if (where != "network" || p.iteration != 6) return;
      Archive a;
      agent.save(a, true);
      std::vector<float> w = a.get<float>("_model._critic_out.weight");
      w[0] = std::nanf("");
      a.put<float>("_model._critic_out.weight", w, {1, static_cast<int64_t>(w.size())});
      agent.load(a, true);
    };
    std::string words;
    try {
      train(env, agent, o);
    } catch (const Error& e) {
      words = std::string(e.what()) + "; " + e.hint();
    }
    INFO(words);
    const std::string named = where == "demo"     ? "demo (a row drawn from the clips): number 1"
                              : where == "reward" ? "task reward: number 0 of environment 3"
                                                  : "_model._";
    CHECK_THAT(words, Catch::Contains(named));
    CHECK_THAT(words, Catch::Contains("is the last good checkpoint"));
    CHECK(hash(out / "state.safetensors") == before);
  }
}
