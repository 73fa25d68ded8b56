// Every derivative that is written out by hand, against autograd or finite differences.
#include "learn/actor.h"
#include "learn/discriminator.h"
#include "tests/catch.h"
#include "tests/learn/autograd.h"

using namespace motus;
using namespace motus::learn;

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
    Double mirror(net, elu);
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

    Double mirror(net);
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
  const AgentConfig c = small_config();
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
