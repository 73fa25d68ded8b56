// One whole iteration, rollout to optimiser steps, against a reference in double that shares no code
// with the learner: networks by autograd, everything else from the formulas.
#include <ATen/ops/clamp.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/where.h>

#include "learn/agent.h"
#include "tests/catch.h"
#include "tests/learn/autograd.h"
#include "tests/learn/point_env.h"

using namespace motus;
using namespace motus::learn;

namespace {

constexpr int kEnvs = 3, kSteps = 70, kRows = kEnvs * kSteps;

/// Keeps the demo rows it hands out.
class Recorder : public PointEnv {
 public:
  Recorder() : PointEnv(kEnvs, 5) {}
  void sample_demo(int n, std::span<float> out) override {
    PointEnv::sample_demo(n, out);
    demo.assign(out.begin(), out.end());
  }
  std::vector<float> demo;
};

/// A network out of a checkpoint, in double, with gradients.
struct Reference {
  std::vector<std::string> names;
  std::vector<at::Tensor> params;  ///< weight, bias, weight, bias, ...
  Reference(const Archive& a, const std::string& prefix, const std::string& last) {
    for (const std::string& layer : {prefix + "0", prefix + "2", last}) {
      for (const char* part : {".weight", ".bias"}) {
        const std::vector<float> v = a.get<float>(layer + part);
        names.push_back(layer + part);
        params.push_back(
            view_of(v, a.arrays.at(layer + part).shape).to(at::kDouble).clone().requires_grad_());
      }
    }
  }
  at::Tensor operator()(at::Tensor h) const {
    for (size_t k = 0; k < params.size(); k += 2) {
      h = at::linear(h, params[k], params[k + 1]);
      if (k + 2 < params.size()) h = at::relu(h);
    }
    return h;
  }
  /// The first step of AdamW or of SGD, against what the learner has after it.
  void check_step(const at::Tensor& loss, const OptimizerConfig& o, const Archive& after) const {
    loss.backward();
    for (size_t i = 0; i < params.size(); ++i) {
      const at::Tensor p = params[i].detach(), g = params[i].grad() * o.gradient_scale;
      at::Tensor step;
      if (o.type == OptimizerType::adam) {
        step = o.learning_rate * (g / (g.abs() + o.epsilon) + o.weight_decay * p);
      } else {
        step = o.learning_rate * (g + o.weight_decay * p);
      }
      const std::vector<float> v = after.get<float>(names[i]);
      const at::Tensor moved = p - view_of(v, p.sizes()).to(at::kDouble);
      INFO(names[i]);
      CHECK(step.norm().item<double>() > 0);
      CHECK(distance(moved, step) < 2e-4);
    }
  }
};

struct Moments {
  at::Tensor mean, std;
  explicit Moments(const at::Tensor& rows)
      : mean(rows.mean(0)), std(at::clamp(rows.square().mean(0) - mean.square(), 1e-8).sqrt()) {}
  at::Tensor operator()(const at::Tensor& x) const { return at::clamp((x - mean) / std, -10, 10); }
};

}  // namespace

TEST_CASE("an iteration is what a reference in double says, in two configurations") {
  for (const bool second : {false, true}) {
    std::string yaml = R"(agent_name: AMP
model: {actor_net: [16, 8], critic_net: [16, 8], disc_net: [16, 8], action_std: 1.6}
actor_optimizer: {type: Adam, learning_rate: 3e-2, epsilon: 1e-2}
critic_optimizer: {type: SGD, learning_rate: 1e-2, weight_decay: 0.1, loss_weight: 0.5}
disc_optimizer: {type: Adam, learning_rate: 1e-2, weight_decay: 0.1, epsilon: 1e-2}
discount: 0.95
td_lambda: 0.9
steps_per_iter: 70
iters_per_output: 5
test_episodes: 8
batch_unit: parts
actor_epochs: 1
actor_batch_size: 1
critic_epochs: 1
critic_batch_size: 1
disc_epochs: 1
disc_batch_size: 1
ppo_clip_ratio: 0.2
norm_adv_clip: 2
action_bound_weight: 10
action_reg_weight: 0.1
disc_buffer_size: 210
disc_replay_samples: 100
disc_logit_reg: 0.01
disc_grad_penalty: 5
disc_reward_scale: 2
task_reward_weight: 0.25
disc_reward_weight: 0.75
warm_start: {steps: 1, updates: 0}
)";
    if (second) {
      yaml +=
          "disc_loss: lsgan\nstyle_reward: lsgan\nreturns: gae\ntimeout_value: current\n"
          "reward_combine: lerp\ntask_reward_lerp: 0.3\ndisc_grad_penalty_on: demo\n";
    }
    const AgentConfig c = AgentConfig::read(Config::parse(yaml, "agent.yaml"));
    Recorder env;
    Agent agent(c, env.spec(), 7);
    agent.prepare(env);
    // normalisers that have seen something, and an actor that is where it was
    const std::vector<float> seen = random_floats(50 * 3, 1), none(50 * 2);
    const std::vector<float> seen_disc = random_floats(50 * 4, 2),
                             seen_demo = random_floats(200, 3);
    agent.warm_start({seen, {}, none, seen_disc, seen_demo});
    const Moments obs_norm(rows_of(seen, 3));
    const Moments disc_norm(
        at::stack({rows_of(seen_disc, 4), rows_of(seen_demo, 4)}).view({100, 4}));
    Archive before, after;
    agent.save(before, false);

    std::vector<float> obs, actions, next_obs, disc_obs, task;
    std::vector<sim::Done> done;
    const auto append = [](auto& to, auto from) { to.insert(to.end(), from.begin(), from.end()); };
    for (int t = 0; t < kSteps; ++t) {
      append(obs, env.obs());
      const std::span<const float> a = agent.begin_step(env, 0);
      append(actions, a);
      env.step(a);
      agent.end_step(env);
      append(next_obs, env.next_obs());
      append(disc_obs, env.disc_obs());
      append(task, env.rewards());
      append(done, env.done());
    }
    agent.take_demo(env);
    agent.update(1, 0);
    agent.save(after, false);

    const Reference actor(before, "_model._actor_layers.", "_model._action_dist._mean_net");
    const Reference critic(before, "_model._critic_layers.", "_model._critic_out");
    const Reference disc(before, "_model._disc_layers.", "_model._disc_logits");
    const at::Tensor x = obs_norm(rows_of(obs, 3)), d = disc_norm(rows_of(disc_obs, 4));

    // rewards, values, returns
    std::vector<double> r(kRows), V(kRows), N(kRows), R(kRows);
    const at::Tensor logit = disc(d).detach(), value = critic(x).detach();
    const at::Tensor next_value = critic(obs_norm(rows_of(next_obs, 3))).detach();
    int fails = 0, times = 0;
    for (int i = 0; i < kRows; ++i) {
      const double l = logit[i].item<double>();
      const double bce = 2 * -std::log(std::max(1 - 1 / (1 + std::exp(-l)), 1e-4));
      const double lsgan = 2 * std::max(0.0, 1 - 0.25 * (l - 1) * (l - 1));
      const double w = 0.25 * task[static_cast<size_t>(i)];
      const auto at = static_cast<size_t>(i);
      r[at] = second ? 0.3 * w + 0.7 * 0.75 * lsgan : w + 0.75 * bce;
      V[at] = value[i].item<double>();
      N[at] = next_value[i].item<double>();
      if (done[at] == sim::Done::fail) N[at] = 0, ++fails;
      if (done[at] == sim::Done::time) N[at] = second ? V[at] : N[at], ++times;
    }
    CHECK(fails > 0);
    CHECK(times > 0);
    for (int i = kRows - 1; i >= 0; --i) {
      const auto at = static_cast<size_t>(i);
      const bool cut = done[at] != sim::Done::no || i + kEnvs >= kRows;
      const double after_it = cut ? N[at] : 0.1 * N[at] + 0.9 * R[at + kEnvs];
      R[at] = r[at] + 0.95 * after_it;
    }
    double mean = 0, square = 0;
    for (size_t i = 0; i < kRows; ++i) mean += (R[i] - V[i]) / kRows;
    for (size_t i = 0; i < kRows; ++i) square += std::pow(R[i] - V[i] - mean, 2) / (kRows - 1);
    std::vector<float> target, advantage;
    for (size_t i = 0; i < kRows; ++i) {
      target.push_back(static_cast<float>(R[i]));
      advantage.push_back(
          static_cast<float>(std::clamp((R[i] - V[i] - mean) / std::sqrt(square), -2.0, 2.0)));
    }

    // losses
    critic.check_step((critic(x) - rows_of(target, 1)).square().mean(), c.critic_opt, after);
    const at::Tensor mu = actor(x);
    const at::Tensor lp = (-0.5 * ((rows_of(actions, 2) - mu) / 1.6).square()).sum(1, true);
    const at::Tensor rho = (lp - lp.detach()).exp(), A = rows_of(advantage, 1);
    const at::Tensor gain = at::minimum(A * rho, A * at::clamp(rho, 0.8, 1.2));
    const at::Tensor over = at::clamp(mu + 1, {}, 0).square() + at::clamp(mu - 1, 0).square();
    actor.check_step(-gain.mean() + 10 * over.sum(1).mean() + 0.1 * mu.square().sum(1).mean(),
                     c.actor_opt, after);
    const at::Tensor demo = disc_norm(rows_of(env.demo, 4));
    const auto penalty = [&](const at::Tensor& rows) {
      const at::Tensor leaf = rows.detach().requires_grad_();
      return torch::autograd::grad({disc(leaf).sum()}, {leaf}, {}, true, true)[0]
          .square()
          .sum(1)
          .mean();
    };
    // the ring holds this rollout and nothing else: new and replayed rows are the same set
    at::Tensor loss;
    if (second) {
      loss = 0.5 * ((disc(d) + 1).square().mean() + (disc(demo) - 1).square().mean()) +
             5 * penalty(demo);
    } else {
      loss = 0.5 * (at::softplus(disc(d)).mean() + at::softplus(-disc(demo)).mean()) +
             2.5 * (penalty(demo) + penalty(d));
    }
    disc.check_step(loss + 0.01 * disc.params[4].square().sum(), c.disc_opt, after);

    // normalisers: all they were fed with, by count
    const at::Tensor all = at::stack({rows_of(disc_obs, 4), rows_of(env.demo, 4)}).view({-1, 4});
    const at::Tensor first =
        at::stack({rows_of(seen_disc, 4), rows_of(seen_demo, 4)}).view({-1, 4});
    const at::Tensor disc_mean = (all.sum(0) + first.sum(0)) / (2 * kRows + 100);
    const std::vector<float> m = after.get<float>("_disc_obs_norm._mean");
    CHECK(distance(view_of(m, {4}), disc_mean) < 1e-6);
  }
}
