// Losses and their gradients, written out by hand, against autograd in double.
#include <ATen/ops/clamp.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/tanh.h>
#include <ATen/ops/where.h>

#include <numbers>

#include "learn/actor.h"
#include "learn/discriminator.h"
#include "tests/catch.h"
#include "tests/learn/autograd.h"

using namespace motus;
using namespace motus::learn;

namespace {

constexpr double kTight = 1e-5;

at::Tensor disc_reference(DiscLoss form, bool agent, const at::Tensor& d) {
  const double sign = agent ? 1 : -1;
  if (form == DiscLoss::bce) return 0.5 * at::softplus(sign * d).mean();
  if (form == DiscLoss::lsgan) return 0.5 * (d + sign).square().mean();
  return sign * at::tanh(0.3 * d).mean();
}

/// A mirror that exchanges the first two numbers and turns the third's sign, in shifted units.
struct Swap {
  std::vector<float> shift, scale;
  sim::Mirror mirror;
  explicit Swap(size_t n) : shift(random_floats(n, 70)), scale(n, 1.5F) {
    for (size_t i = 0; i < n; ++i) {
      mirror.from.push_back(static_cast<int>(i < 2 ? 1 - i : i));
      mirror.sign.push_back(i == 2 ? -1.0F : 1.0F);
      scale[i] += 0.1F * static_cast<float>(i);
    }
  }
  Reflection reflection() const { return {mirror, shift, scale}; }
  /// The mirror in the numbers' own meaning: (x - shift) / scale.
  at::Tensor operator()(const at::Tensor& x) const {
    const at::Tensor c = rows_of(shift, static_cast<int64_t>(shift.size()));
    const at::Tensor s = rows_of(scale, static_cast<int64_t>(scale.size()));
    const std::vector<int64_t> from(mirror.from.begin(), mirror.from.end());
    const at::Tensor sign = rows_of(mirror.sign, static_cast<int64_t>(from.size()));
    return (sign * (x * s + c).index_select(1, view_of(from).clone()) - c) / s;
  }
};

}  // namespace

TEST_CASE("every discriminator loss with every penalty agrees with autograd") {
  for (const DiscLoss form : {DiscLoss::bce, DiscLoss::lsgan, DiscLoss::wgan}) {
    for (const PenaltyOn on : {PenaltyOn::both, PenaltyOn::demo, PenaltyOn::interpolated}) {
      for (const double target : {0.0, 1.0}) {
        AgentConfig c = small_config();
        c.disc_loss = form;
        c.disc_grad_penalty_on = on;
        c.disc_grad_penalty_target = target;
        c.disc_weight_loss = target > 0 ? 0.02 : 0;
        Discriminator disc(c, 4, 6, 0);
        randomise(disc.net(), 8);
        const std::vector<float> agent = random_floats(10 * 6, 9), demo = random_floats(7 * 6, 10);
        const std::vector<float> mixed =
            on == PenaltyOn::interpolated ? random_floats(7 * 6, 11) : std::vector<float>{};
        DiscStats stats;
        disc.accumulate(agent, demo, mixed, stats);

        const Double net(disc.net());
        const auto penalty_of = [&](std::span<const float> rows) {
          return (net.gradient_norms(rows_of(rows, 6)) - target).square().mean();
        };
        at::Tensor penalty;
        if (on == PenaltyOn::both) {
          penalty = 0.5 * (penalty_of(agent) + penalty_of(demo));
        } else {
          penalty = penalty_of(on == PenaltyOn::demo ? demo : mixed);
        }
        at::Tensor loss = disc_reference(form, true, net(rows_of(agent, 6))) +
                          disc_reference(form, false, net(rows_of(demo, 6))) + 5 * penalty +
                          0.01 * net.w.back().square().sum();
        for (const at::Tensor& w : net.w) loss = loss + c.disc_weight_loss * w.square().sum();
        loss.backward();
        INFO("loss " << static_cast<int>(form) << " penalty " << static_cast<int>(on) << " target "
                     << target);
        CHECK(stats.loss == Approx(loss.item<double>()).epsilon(kTight));
        CHECK(stats.grad_penalty == Approx(penalty.item<double>()).epsilon(kTight));
        CHECK(gradient_distance(disc.net(), net) < kTight);
      }
    }
  }
}

TEST_CASE("trunk and head decay by their own weights") {
  AgentConfig c = small_config();
  c.disc_opt = {};
  c.disc_opt.learning_rate = 0.1;
  c.disc_opt.weight_decay = 0.01;
  c.disc_head_decay = 0.5;
  Discriminator disc(c, 4, 6, 0);
  disc.net().params().fill_(1);
  disc.net().zero_grads();
  disc.step();
  const size_t last = disc.net().layer_count() - 1;
  CHECK(disc.net().weight(0).min().item<float>() == Approx(1 - 0.1 * 0.01));
  CHECK(disc.net().bias(0).min().item<float>() == Approx(1 - 0.1 * 0.01));
  CHECK(disc.net().weight(last).min().item<float>() == Approx(1 - 0.1 * 0.5));
  CHECK(disc.net().bias(last).min().item<float>() == Approx(1 - 0.1 * 0.5));
}

TEST_CASE("every actor loss agrees with autograd: PPO and AWR, deviations, symmetry, tanh, ELU") {
  struct Case {
    const char* name;
    bool awr = false, learned = false, as_log = true, tanh = false, elu = false;
    double symmetry = 0;
    bool augmentation = false, variable = false;
  };
  const std::vector<Case> cases{
      {"fixed"},
      {"awr", true},
      {"learned log", false, true},
      {"learned itself", false, true, false},
      {"awr learned", true, true},
      {"tanh", false, true, true, true},
      {"elu", false, false, true, false, true},
      {"symmetry", false, true, true, false, false, 0.7},
      {"augmentation", false, true, true, false, false, 0, true},
      {"all", false, true, false, true, true, 0.7, true},
      {"variable", false, false, true, false, false, 0, false, true},
      {"awr variable", true, false, true, false, false, 0, false, true},
      {"all variable", false, false, true, true, true, 0.7, true, true},
  };
  constexpr size_t kRows = 40;
  constexpr int64_t kObs = 4, kActions = 3;
  for (const Case& k : cases) {
    AgentConfig c = small_config();
    c.method = k.awr ? Method::awr : Method::ppo;
    c.learned_std = k.learned, c.std_as_log = k.as_log, c.variable_std = k.variable;
    c.tanh_mean = k.tanh, c.elu = k.elu;
    c.symmetry_weight = k.symmetry, c.symmetry_augmentation = k.augmentation;
    c.action_reg_weight = 0.3, c.action_entropy_weight = 0.05;
    c.action_std = 0.4;
    Actor actor(c, 4, kObs, kActions, 0);
    randomise(actor.net(), 11);
    actor.net().params().mul_(3);  // means beyond 1, so that the bound loss is at work
    if (k.variable) {              // deviations that float can tell from zero
      const size_t last = actor.net().layer_count() - 1;
      actor.net().weight(last).narrow(0, kActions, kActions).mul_(0.05);
      actor.net().bias(last).narrow(0, kActions, kActions).mul_(0.05).sub_(1);
      actor.net().changed();
    }
    const Swap obs_swap(kObs), action_swap(kActions);
    actor.set_mirror(obs_swap.reflection(), action_swap.reflection());
    const std::vector<float> obs = random_floats(kRows * kObs, 12), adv = random_floats(kRows, 13);
    std::vector<float> means(kRows * kActions), actions(means.size()), logp(kRows);
    std::vector<float> deviations(means.size());
    actor.distribution(obs, means, deviations);
    const std::vector<float> noise = random_floats(means.size(), 14);
    for (size_t i = 0; i < actions.size(); ++i) actions[i] = means[i] + deviations[i] * noise[i];
    actor.log_prob(actions, means, deviations, logp);
    for (size_t i = 0; i < kRows; ++i) logp[i] += 0.3F * noise[i];  // ratios on both sides of 1
    std::vector<int64_t> picks(kRows);
    for (size_t i = 0; i < kRows; ++i) picks[i] = static_cast<int64_t>(i);
    ActorStats stats;
    actor.accumulate({obs, actions, logp, adv, means, deviations, picks}, picks, stats);

    const Double net(actor.net(), k.elu);
    const at::Tensor p = actor.std_param().detach().clone().to(at::kDouble).requires_grad_();
    const auto mean = [&](const at::Tensor& x) {
      const at::Tensor mu = net(x).narrow(1, 0, kActions);
      return k.tanh ? at::tanh(mu) : mu;
    };
    const auto deviation = [&](const at::Tensor& x) {
      if (k.variable) return net(x).narrow(1, kActions, kActions).exp();
      return (k.as_log ? p.exp() : p).unsqueeze(0).expand({x.size(0), kActions});
    };
    const auto rows_loss = [&](const at::Tensor& rows, const at::Tensor& a) {
      const at::Tensor mu = mean(rows), sigma = deviation(rows);
      const at::Tensor lp =
          (-0.5 * ((a - mu) / sigma).square() - sigma.log() - 0.5 * std::log(2 * std::numbers::pi))
              .sum(1);
      const at::Tensor A = rows_of(adv, 1).squeeze(1);
      at::Tensor gain;
      if (k.awr) {
        gain = at::clamp(A.exp(), {}, c.awr_weight_clip) * lp;
      } else {
        const at::Tensor rho = (lp - rows_of(logp, 1).squeeze(1)).exp();
        gain = at::minimum(A * rho, A * at::clamp(rho, 0.8, 1.2));
      }
      const at::Tensor over = at::clamp(mu + 1, {}, 0).square() + at::clamp(mu - 1, 0).square();
      const at::Tensor entropy = sigma.log() + 0.5 * std::log(2 * std::numbers::pi) + 0.5;
      return -gain.mean() + 10 * over.sum(1).mean() + 0.3 * mu.square().sum(1).mean() -
             0.05 * entropy.sum(1).mean();
    };
    const at::Tensor x = rows_of(obs, kObs), a = rows_of(actions, kActions);
    const at::Tensor mu = mean(x), image = mean(obs_swap(x));
    at::Tensor loss = rows_loss(x, a);
    if (k.augmentation) loss = 0.5 * (loss + rows_loss(obs_swap(x), action_swap(a)));
    if (k.symmetry > 0) loss = loss + k.symmetry * (mu - action_swap(image)).square().sum(1).mean();
    loss.backward();
    INFO(k.name);
    CHECK(stats.loss == Approx(loss.item<double>()).epsilon(kTight));
    CHECK(gradient_distance(actor.net(), net) < kTight);
    // mirrored actions are rounded to float
    if (k.learned) CHECK(distance(actor.std_grad(), p.grad()) < (k.augmentation ? 3 : 1) * kTight);
    if (!k.awr) {
      CHECK(stats.clip_frac > 0.1);
      CHECK(stats.clip_frac < 0.9);
    }
    CHECK((stats.bound_loss > 0) == !k.tanh);
  }
}

TEST_CASE("a deviation that follows the observation begins at action_std, and KL compares rows") {
  AgentConfig c = small_config();
  c.variable_std = true;
  c.action_std = 0.3;
  c.actor_init_output_scale = 1e-6;
  constexpr size_t kRows = 8;
  const std::vector<float> obs = random_floats(kRows * 4, 21);
  std::vector<float> means(kRows * 2), deviations(means.size());
  Actor actor(c, 4, 4, 2, 5);
  actor.distribution(obs, means, deviations);
  for (const float s : deviations) CHECK(s == Approx(0.3).epsilon(1e-4));
  // by finite differences: the density's slope by one logarithm is z^2 - 1
  randomise(actor.net(), 22);
  actor.distribution(obs, means, deviations);
  CHECK(deviations[0] != Approx(deviations[2]));
  std::vector<float> actions(means), logp(kRows), more(kRows);
  for (size_t i = 0; i < actions.size(); ++i) actions[i] += 0.5F * deviations[i];
  actor.log_prob(actions, means, deviations, logp);
  for (size_t i = 0; i < deviations.size(); i += 2) deviations[i] *= std::exp(1e-3F);
  actor.log_prob(actions, means, deviations, more);
  for (size_t r = 0; r < kRows; ++r)
    CHECK((more[r] - logp[r]) / 1e-3 == Approx(-0.75).margin(5e-3));
}

TEST_CASE("a learned deviation stops at its floor, each action's own") {
  AgentConfig c = small_config();
  c.learned_std = true;
  c.action_std = 0.5;
  c.min_std = {0.1, 0.6};
  for (const bool as_log : {true, false}) {
    c.std_as_log = as_log;
    Actor actor(c, 4, 3, 2, 0);
    CHECK(actor.std()[0] == Approx(0.5));
    CHECK(actor.std()[1] == Approx(0.6));
    actor.std_param().fill_(as_log ? -9 : -1);
    actor.refresh_std();
    CHECK(actor.std()[0] == Approx(0.1));
    CHECK(actor.entropy() == Approx(std::log(0.1 * 0.6) + std::log(2 * std::numbers::pi) + 1));
  }
  CHECK_THROWS_WITH(Actor(c, 4, 3, 5, 0),
                    Catch::Contains("min_std lists 2 numbers, expected 1 or 5"));
}

TEST_CASE("the critic's losses agree with autograd: plain, clipped both ways, augmented") {
  for (const int form : {0, 1, 2, 3}) {
    AgentConfig c = small_config();
    c.value_clip = form == 1 || form == 2 ? 0.2 : 0;
    c.value_clip_form = form == 1 ? ValueClip::max : ValueClip::clipped;
    c.symmetry_augmentation = form == 3;
    Critic critic(c, 4, 4, 0);
    randomise(critic.net(), 21);
    const Swap swap(4);
    critic.set_mirror(swap.reflection());
    const std::vector<float> obs = random_floats(30 * 4, 22), returns = random_floats(30, 23);
    std::vector<float> old(30);
    critic.values(obs, old);
    const std::vector<float> noise = random_floats(30, 24);
    for (size_t i = 0; i < 30; ++i) old[i] += 0.3F * noise[i];
    std::vector<int64_t> picks(30);
    for (size_t i = 0; i < 30; ++i) picks[i] = static_cast<int64_t>(i);
    const double got = critic.accumulate({obs, returns, old}, picks);

    const Double net(critic.net());
    const at::Tensor R = rows_of(returns, 1), V0 = rows_of(old, 1), x = rows_of(obs, 4);
    const at::Tensor V = net(x);
    const at::Tensor clipped = (V0 + at::clamp(V - V0, -0.2, 0.2) - R).square();
    at::Tensor loss = (V - R).square();
    if (form == 1) loss = at::maximum(loss, clipped);
    if (form == 2) loss = clipped;
    loss = loss.mean();
    if (form == 3) loss = 0.5 * (loss + (net(swap(x)) - R).square().mean());
    loss.backward();
    INFO("form " << form);
    CHECK(got == Approx(loss.item<double>()).epsilon(kTight));
    CHECK(gradient_distance(critic.net(), net) < kTight);
  }
}

TEST_CASE("a mirror applied twice is nothing") {
  const Swap swap(4);
  const std::vector<float> x = random_floats(4, 31);
  std::vector<float> y(4), z(4);
  swap.reflection().apply(x, y);
  swap.reflection().apply(y, z);
  for (size_t i = 0; i < 4; ++i) CHECK(z[i] == Approx(x[i]).margin(1e-6));
  CHECK(y != x);
}
