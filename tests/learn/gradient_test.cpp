// Every derivative that is written out by hand, against autograd or finite differences.
#include <torch/csrc/autograd/autograd.h>

#include <ATen/TensorOperators.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/softplus.h>

#include "learn/discriminator.h"
#include "learn/ppo.h"
#include "motion/config.h"
#include "tests/catch.h"
#include "tests/learn/agent_yaml.h"

using namespace motus;
using namespace motus::learn;

namespace {

std::vector<float> random_floats(size_t n, uint64_t seed) {
  Rng rng(seed);
  std::vector<float> out(n);
  rng.normal(out);
  return out;
}

/// The same network out of leaves that autograd follows.
struct Mirror {
  std::vector<at::Tensor> w, b;
  bool elu;
  explicit Mirror(const Mlp& net, bool with_elu = false) : elu(with_elu) {
    for (size_t k = 0; k < net.layer_count(); ++k) {
      w.push_back(net.weight(k).detach().clone().to(at::kDouble).requires_grad_());
      b.push_back(net.bias(k).detach().clone().to(at::kDouble).requires_grad_());
    }
  }
  at::Tensor operator()(at::Tensor h) const {
    for (size_t k = 0; k < w.size(); ++k) {
      h = at::linear(h, w[k], b[k]);
      if (k + 1 < w.size()) h = elu ? at::elu(h) : at::relu(h);
    }
    return h;
  }
};

double distance(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor d = a.to(at::kDouble) - b.to(at::kDouble);
  return (d.norm() / (b.to(at::kDouble).norm() + 1e-12)).item<double>();
}

/// Biases away from zero, so that ReLU kinks are not all at the origin.
void randomise(Mlp& net, uint64_t seed) {
  Rng rng(seed);
  rng.normal(floats(net.params()));
  net.params().mul_(0.3);
}

AgentConfig config(const std::string& more = "") {
  return AgentConfig::read(Config::parse(current_yaml() + more, "agent.yaml"));
}

}  // namespace

TEST_CASE("backward agrees with autograd for one, two and three hidden layers") {
  for (const std::vector<int>& hidden :
       {std::vector<int>{9}, std::vector<int>{9, 7}, std::vector<int>{8, 6, 5}}) {
    const bool elu = hidden.size() == 2;
    Mlp net(5, hidden, 3, elu ? Activation::elu : Activation::relu);
    randomise(net, 1);
    const std::vector<float> data = random_floats(11 * 5, 2), dy = random_floats(11 * 3, 3);
    const at::Tensor x = view_of(data, {11, 5}), g = view_of(dy, {11, 3});
    net.zero_grads();
    net.forward(x);
    net.backward(g);
    Mirror mirror(net, elu);
    (mirror(x.to(at::kDouble)) * g.to(at::kDouble)).sum().backward();
    for (size_t k = 0; k < net.layer_count(); ++k) {
      CHECK(distance(net.weight_grad(k), mirror.w[k].grad()) < 1e-5);
      CHECK(distance(net.bias_grad(k), mirror.b[k].grad()) < 1e-5);
    }
  }
}

TEST_CASE("the closed form of the gradient penalty agrees with double backward") {
  for (const std::vector<int>& hidden : {std::vector<int>{9, 7}, std::vector<int>{8, 6, 5}}) {
    Mlp net(5, hidden, 1);
    randomise(net, 4);
    const std::vector<float> data = random_floats(13 * 5, 5);
    const std::vector<float> sv = random_floats(13, 6), cv = random_floats(13, 7);
    const at::Tensor x = view_of(data, {13, 5}), s = view_of(sv, {13, 1}), c = view_of(cv, {13, 1});
    net.zero_grads();
    net.forward(x);
    const at::Tensor squares = net.input_gradient().clone();
    net.penalised_backward(s, c);

    Mirror mirror(net);
    const at::Tensor xd = x.to(at::kDouble).requires_grad_();
    const at::Tensor y = mirror(xd);
    const at::Tensor g = torch::autograd::grad({y.sum()}, {xd}, {}, true, true)[0];
    const at::Tensor g2 = g.square().sum(1);
    CHECK(distance(squares, g2) < 1e-5);
    ((y * s.to(at::kDouble)).sum() + (g2 * c.to(at::kDouble).squeeze(1)).sum()).backward();
    for (size_t k = 0; k < net.layer_count(); ++k) {
      CHECK(distance(net.weight_grad(k), mirror.w[k].grad()) < 1e-5);
      CHECK(distance(net.bias_grad(k), mirror.b[k].grad()) < 1e-5);
    }
  }
}

TEST_CASE("the discriminator's loss and gradient agree with autograd, in both dialects") {
  for (const bool legacy : {false, true}) {
    AgentConfig c = config();
    if (legacy) c.disc_penalty_on_agent = false, c.disc_weight_loss = 0.01;
    Discriminator disc(c, 4, 6, 0);
    randomise(disc.net(), 8);
    const std::vector<float> agent = random_floats(10 * 6, 9), demo = random_floats(7 * 6, 10);
    DiscStats stats;
    disc.accumulate(agent, demo, stats);

    Mirror m(disc.net());
    const auto half = [&](const std::vector<float>& rows, double sign) {
      const int64_t n = static_cast<int64_t>(rows.size()) / 6;
      const at::Tensor x = view_of(rows, {n, 6}).to(at::kDouble).requires_grad_();
      const at::Tensor y = m(x);
      const at::Tensor g = torch::autograd::grad({y.sum()}, {x}, {}, true, true)[0];
      return std::pair(at::softplus(y * sign).mean(), g.square().sum(1).mean());
    };
    const auto [agent_bce, agent_gp] = half(agent, 1);
    const auto [demo_bce, demo_gp] = half(demo, -1);
    const at::Tensor penalty = legacy ? demo_gp : 0.5 * (agent_gp + demo_gp);
    at::Tensor loss = 0.5 * (agent_bce + demo_bce) + 5 * penalty + 0.01 * m.w.back().square().sum();
    if (legacy) {
      for (const at::Tensor& w : m.w) loss = loss + 0.01 * w.square().sum();
    }
    loss.backward();
    CHECK(stats.loss == Approx(loss.item<double>()).epsilon(1e-5));
    CHECK(stats.grad_penalty == Approx(penalty.item<double>()).epsilon(1e-5));
    for (size_t k = 0; k < disc.net().layer_count(); ++k) {
      CHECK(distance(disc.net().weight_grad(k), m.w[k].grad()) < 1e-5);
      CHECK(distance(disc.net().bias_grad(k), m.b[k].grad()) < 1e-5);
    }
  }
}

TEST_CASE("the style reward is 1.3863 at a logit of zero and never above 18.4207") {
  Discriminator disc(config(), 4, 3, 0);
  disc.net().params().zero_();
  const std::vector<float> row{0, 0, 0};
  std::vector<float> r(1);
  disc.rewards(row, r);
  CHECK(r[0] == Approx(1.3863).epsilon(1e-4));
  disc.net().bias(disc.net().layer_count() - 1).fill_(100);
  disc.rewards(row, r);
  CHECK(r[0] == Approx(18.4207).epsilon(1e-5));
}

TEST_CASE("the actor's gradient is the finite difference of its loss") {
  AgentConfig c = config("action_reg_weight: 0.3\n");
  c.action_reg_weight = 0.3;
  Actor actor(c, 4, 3, 2, 0);
  randomise(actor.net(), 11);
  actor.net().params().mul_(3);  // means beyond 1, so that the bound loss is at work
  constexpr size_t kRows = 40;
  const std::vector<float> obs = random_floats(kRows * 3, 12), adv = random_floats(kRows, 13);
  std::vector<float> means(kRows * 2), actions(kRows * 2), logp(kRows);
  actor.mean(obs, means);
  const std::vector<float> noise = random_floats(kRows * 2, 14);
  for (size_t i = 0; i < actions.size(); ++i) actions[i] = means[i] + 0.2F * noise[i];
  actor.log_prob(actions, means, logp);
  for (size_t i = 0; i < kRows; ++i) logp[i] += 0.3F * noise[i];  // ratios on both sides of 1
  std::vector<int64_t> picks(kRows);
  for (size_t i = 0; i < kRows; ++i) picks[i] = static_cast<int64_t>(i);
  const Rows rows{obs, actions, logp, adv, picks};
  ActorStats at_start;
  actor.accumulate(rows, picks, at_start);
  CHECK(at_start.clip_frac > 0.1);
  CHECK(at_start.clip_frac < 0.9);
  CHECK(at_start.bound_loss > 0);
  const at::Tensor gradient = actor.net().grads().clone();
  const at::Tensor start = actor.net().params().clone();
  for (const uint64_t seed : {15, 16, 17}) {
    const std::vector<float> way = random_floats(static_cast<size_t>(start.numel()), seed);
    const at::Tensor d = view_of(way, {start.numel()});
    const auto loss = [&](double step) {
      actor.net().params().copy_(start + step * d);
      ActorStats s;
      actor.accumulate(rows, picks, s);
      return s.loss;
    };
    constexpr double kStep = 1e-4;
    const double slope = (loss(kStep) - loss(-kStep)) / (2 * kStep);
    CHECK((gradient * d).sum().item<double>() == Approx(slope).epsilon(0.02).margin(0.02));
    actor.net().params().copy_(start);
  }
}

TEST_CASE("SGD, Adam and AdamW step as their formulas say") {
  at::Tensor p = new_floats({1}), g = new_floats({1});
  p.fill_(1);
  OptimizerConfig sgd;
  sgd.learning_rate = 0.1;
  sgd.weight_decay = 0.5;
  Optimizer a(sgd, p, g);
  g.fill_(1);
  a.step();  // velocity 1 + .5 = 1.5
  CHECK(p.item<float>() == Approx(0.85));
  g.fill_(1);
  a.step();  // velocity .9 * 1.5 + 1 + .5 * .85 = 2.775
  CHECK(p.item<float>() == Approx(0.5725));

  p.fill_(1);
  OptimizerConfig adam = sgd;
  adam.type = OptimizerType::adam;
  Optimizer b(adam, p, g);
  g.fill_(3);
  b.step();  // decoupled decay, then a step of the learning rate whatever the gradient's size
  CHECK(p.item<float>() == Approx(1 * (1 - 0.1 * 0.5) - 0.1).epsilon(1e-5));

  p.fill_(1);
  adam.l2_decay = true;
  adam.epsilon = 3.5;
  Optimizer c(adam, p, g);
  g.fill_(3);
  c.step();  // the gradient is 3 + .5; its size over itself plus epsilon is one half
  CHECK(p.item<float>() == Approx(1 - 0.1 * 0.5).epsilon(1e-5));
}

TEST_CASE("a gradient is clipped to its largest norm") {
  at::Tensor p = new_floats({2}), g = new_floats({2});
  OptimizerConfig c;
  c.learning_rate = 1;
  c.grad_clip = 1;
  Optimizer o(c, p, g);
  floats(g)[0] = 3, floats(g)[1] = 4;
  o.step();
  CHECK(floats(p)[0] == Approx(-0.6).epsilon(1e-4));
  CHECK(floats(p)[1] == Approx(-0.8).epsilon(1e-4));
}

TEST_CASE("the start of the networks is MimicKit's") {
  const AgentConfig c = config();
  Actor actor(c, 4, 30, 5, 0);
  Critic critic(c, 4, 30, 0);
  Discriminator disc(c, 4, 30, 0);
  const auto largest = [](const Mlp& net, size_t k) {
    return net.weight(k).abs().max().item<double>();
  };
  CHECK(largest(actor.net(), 2) <= 0.01);
  CHECK(largest(actor.net(), 2) > 0.008);
  CHECK(largest(actor.net(), 0) <= 1 / std::sqrt(30.0));
  CHECK(largest(critic.net(), 2) > 0.2);  // 1/sqrt(8), no output scale
  CHECK(largest(disc.net(), 2) > 0.5);    // U(-1, 1)
  CHECK(disc.net().bias(0).abs().max().item<double>() == 0);
}
