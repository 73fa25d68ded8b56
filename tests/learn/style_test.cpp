// Rewards, returns, rates and sampling: numbers known from elsewhere.
#include "learn/style.h"

#include <algorithm>
#include <cmath>

#include "learn/adaptive_rate.h"
#include "learn/deck.h"
#include "learn/normalizer.h"
#include "learn/replay.h"
#include "learn/returns.h"
#include "tests/catch.h"

using namespace motus;
using namespace motus::learn;

namespace {
double reward(StyleReward form, double logit, double floor = 0, double most = 0) {
  AgentConfig c;
  c.style_reward = form;
  c.style_reward_floor = floor;
  c.style_reward_max = most;
  return style_reward(c, logit);  // its scale is 2
}
}  // namespace

TEST_CASE("style rewards at known logits") {
  CHECK(reward(StyleReward::log, 0) == Approx(1.3862944));
  CHECK(reward(StyleReward::log, 100) == Approx(18.420681));  // -2 ln 1e-4
  CHECK(reward(StyleReward::log, -100) == Approx(0).margin(1e-12));
  CHECK(reward(StyleReward::softplus, 0) == Approx(1.3862944));
  CHECK(reward(StyleReward::softplus, 100) == Approx(200));
  CHECK(reward(StyleReward::softplus, 100, 0, 9.2103404) == Approx(18.420681));
  // least squares: 2 at d = 1, 1.5 at 0, nothing at -1, and nothing at 3 either
  CHECK(reward(StyleReward::lsgan, 1) == Approx(2));
  CHECK(reward(StyleReward::lsgan, 0) == Approx(1.5));
  CHECK(reward(StyleReward::lsgan, -1) == 0);
  CHECK(reward(StyleReward::lsgan, 3) == 0);
  CHECK(reward(StyleReward::lsgan, 5, 1e-4) == Approx(2e-4));
  CHECK(reward(StyleReward::wgan, 0) == Approx(1));
  CHECK(reward(StyleReward::wgan, 1e6) == Approx(std::exp(1)));
  CHECK(reward(StyleReward::wgan, -1e6) == Approx(std::exp(-1)));
  CHECK(reward(StyleReward::exponential, 0, 0, 10) == Approx(1));
  CHECK(reward(StyleReward::exponential, 50, 0, 10) == Approx(20));
}

TEST_CASE("discriminator losses at known logits, and their slopes by finite differences") {
  CHECK(logit_loss(DiscLoss::bce, true, 0).value == Approx(0.5 * std::log(2.0)));
  CHECK(logit_loss(DiscLoss::bce, false, 0).slope == Approx(-0.25));
  CHECK(logit_loss(DiscLoss::bce, true, 800).value == Approx(400));
  CHECK(logit_loss(DiscLoss::lsgan, true, -1).value == 0);
  CHECK(logit_loss(DiscLoss::lsgan, false, -1).value == Approx(2));
  CHECK(logit_loss(DiscLoss::wgan, true, 1e6).value == Approx(1));
  CHECK(logit_loss(DiscLoss::wgan, false, 1e6).value == Approx(-1));
  for (const DiscLoss form : {DiscLoss::bce, DiscLoss::lsgan, DiscLoss::wgan}) {
    for (const bool agent : {true, false}) {
      for (const double d : {-2.0, 0.3, 4.0}) {
        const double slope =
            (logit_loss(form, agent, d + 1e-6).value - logit_loss(form, agent, d - 1e-6).value) /
            2e-6;
        CHECK(logit_loss(form, agent, d).slope == Approx(slope).margin(1e-8));
      }
    }
  }
}

TEST_CASE("rewards combine by sum, product and mixture") {
  AgentConfig c;
  c.task_reward_weight = 0.5, c.disc_reward_weight = 2, c.task_reward_lerp = 0.3;
  CHECK(combine_rewards(c, 3, 4) == Approx(9.5));
  c.combine = Combine::mul;
  CHECK(combine_rewards(c, 3, 4) == Approx(12));
  CHECK(combine_rewards(c, 0, 4) == 0);
  CHECK_THROWS_WITH(combine_rewards(c, -1, 4), Catch::Contains("mul met a task reward of -1"));
  c.combine = Combine::lerp;
  CHECK(combine_rewards(c, 3, 4) == Approx(0.3 * 1.5 + 0.7 * 8));
}

TEST_CASE("GAE equals TD(lambda) where a next value is the next row's value") {
  // two environments, the second one's episode times out after its second step
  const std::vector<float> reward{1, 5, 2, 6, 3, 7}, value{10, 50, 20, 60, 30, 70};
  const std::vector<float> next{20, 60, 30, 65, 40, 80};  // 65: what the timed-out step led to
  const std::vector<uint8_t> done{0, 0, 0, 1, 0, 0};
  std::vector<float> a(6), b(6);
  gae(3, 2, 0.9, 0.8, reward, value, next, done, a);
  td_lambda(3, 2, 0.9, 0.8, reward, next, done, b);
  for (size_t i = 0; i < 6; ++i) CHECK(a[i] == Approx(b[i]));
  // by hand: the last step of the second environment, and the one before its time-out
  CHECK(a[5] == Approx(7 + 0.9 * 80));
  CHECK(a[3] == Approx(6 + 0.9 * 65));
  // first environment, backwards: deltas 3 + 36 - 30 = 9, 2 + 27 - 20 = 9, 1 + 18 - 10 = 9
  CHECK(a[4] == Approx(39));
  CHECK(a[2] == Approx(20 + 9 + 0.72 * 9));
  CHECK(a[0] == Approx(10 + 9 + 0.72 * (9 + 0.72 * 9)));
}

TEST_CASE("advantages as they are, and unclipped") {
  const std::vector<float> returns{1, 2, 3, 100}, value{0, 0, 0, 0};
  const std::vector<uint8_t> use{1, 1, 1, 1};
  std::vector<float> out(4);
  advantages(returns, value, use, false, 0, out);
  CHECK(out == returns);
  advantages(returns, value, use, false, 2.5, out);
  CHECK(out == std::vector<float>{1, 2, 2.5, 2.5});
}

TEST_CASE("a rate follows the divergence within its bounds") {
  CHECK(adapted_rate(1e-3, 0.021, 0.01, 1e-5, 1e-2) == Approx(1e-3 / 1.5));
  CHECK(adapted_rate(1e-3, 0.004, 0.01, 1e-5, 1e-2) == Approx(1.5e-3));
  CHECK(adapted_rate(1e-3, 0.02, 0.01, 1e-5, 1e-2) == 1e-3);
  CHECK(adapted_rate(1e-3, 0.005, 0.01, 1e-5, 1e-2) == 1e-3);
  CHECK(adapted_rate(1e-3, 0, 0.01, 1e-5, 1e-2) == 1e-3);  // a first minibatch has not moved
  CHECK(adapted_rate(1.2e-5, 1, 0.01, 1e-5, 1e-2) == 1e-5);
  CHECK(adapted_rate(9e-3, 1e-4, 0.01, 1e-5, 1e-2) == 1e-2);
}

TEST_CASE("a normaliser fed in pieces is the one fed at once") {
  Normalizer pieces(1), whole(1);
  Rng rng(3);
  std::vector<float> all(3000);
  rng.normal(all);
  for (float& v : all) v = 5 * v + 2;
  for (size_t at = 0; at < all.size(); at += 250) {
    pieces.record(std::span(all).subspan(at, 250));
    pieces.update();
  }
  whole.record(all);
  whole.update();
  CHECK(pieces.mean()[0] == Approx(whole.mean()[0]).epsilon(1e-12));
  CHECK(pieces.std()[0] == Approx(whole.std()[0]).epsilon(1e-12));
}

TEST_CASE(
    "a normaliser's fixed point: raw rows in, mean 0 and deviation 1 out, whatever comes after") {
  // fed with its own output instead, the deviation kept would drift to the root of the true one
  Rng rng(4);
  Normalizer n(1);
  std::vector<float> x(2000), y(2000);
  for (int round = 0; round < 20; ++round) {
    rng.normal(x);
    for (float& v : x) v = 5 * v - 3;
    n.record(x);
    n.update();
  }
  CHECK(n.std()[0] == Approx(5).epsilon(0.02));
  n.apply(x, y);
  double sum = 0, square = 0;
  for (const float v : y) sum += v, square += v * v;
  CHECK(sum / 2000 == Approx(0).margin(0.05));
  CHECK(square / 2000 == Approx(1).margin(0.07));
}

TEST_CASE("a normaliser's clip, its epsilon, and its form for differences") {
  Normalizer n(1, {5, 3});
  n.record(std::vector<float>{-1, 1});
  n.update();
  CHECK(n.std()[0] == Approx(2));  // sqrt(1 + 3)
  std::vector<float> y(2);
  n.apply(std::vector<float>{4, 100}, y);
  CHECK(y == std::vector<float>{2, 5});
  Normalizer d(2, {5, 0, true});
  d.record(std::vector<float>{-1, 0, 3, 0});
  d.update();
  d.apply(std::vector<float>{2, 1}, y);
  CHECK(y[0] == Approx(1));    // mean size 2, no centre
  CHECK(y[1] == Approx(1e4));  // the floor of 1e-4, no clip
}

TEST_CASE("a full ring keeps each row with its probability, and is sampled evenly") {
  Rng rng(5);
  Replay r(20000, 1);
  r.push(std::vector<float>(20000, 0), 0, 0.1, rng);
  r.push(std::vector<float>(20000, 1), 0, 0.1, rng);
  double kept = 0;
  for (int64_t i = 0; i < r.size(); ++i) kept += r.row(i)[0];
  CHECK(kept == Approx(2000).margin(200));  // four and a half deviations
  for (const bool replacement : {true, false}) {
    std::vector<float> drawn(20000);
    r.sample(drawn, replacement, rng);
    double ones = 0;
    for (const float v : drawn) ones += v;
    CHECK(ones == Approx(kept).margin(replacement ? 200 : 0));
  }
}

TEST_CASE("a deck shows every row once before any a second time") {
  Rng rng(6);
  Deck deck;
  deck.open(100, rng);
  std::vector<int64_t> picks(30), seen(100);
  for (int batch = 0; batch < 10; ++batch) {
    deck.deal(picks, rng);
    for (const int64_t p : picks) ++seen[static_cast<size_t>(p)];
  }
  CHECK(*std::min_element(seen.begin(), seen.end()) == 3);
  CHECK(*std::max_element(seen.begin(), seen.end()) == 3);
}
