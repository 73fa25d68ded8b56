#include "learn/style.h"

#include <algorithm>
#include <cmath>

namespace motus::learn {

namespace {
constexpr double kSteepness = 0.3;  ///< of wgan's tanh
constexpr double kLeastMiss = 1e-4;
}  // namespace

double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

double softplus(double x) {
  return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}

LogitLoss logit_loss(DiscLoss form, bool agent, double d) {
  const double sign = agent ? 1 : -1;
  switch (form) {
    case DiscLoss::bce:
      return {0.5 * softplus(sign * d), 0.5 * sign * sigmoid(sign * d)};
    case DiscLoss::lsgan:
      return {0.5 * (d + sign) * (d + sign), d + sign};
    case DiscLoss::wgan:
      break;
  }
  const double t = std::tanh(kSteepness * d);
  return {sign * t, sign * kSteepness * (1 - t * t)};
}

double style_reward(const AgentConfig& c, double d) {
  double r = 0;
  switch (c.style_reward) {
    case StyleReward::log:
      r = -std::log(std::max(1 - sigmoid(d), kLeastMiss));
      break;
    case StyleReward::softplus:
      r = softplus(d);
      break;
    case StyleReward::lsgan:
      r = std::max(0.0, 1 - 0.25 * (d - 1) * (d - 1));
      break;
    case StyleReward::wgan:
      r = 0.5 * std::exp(std::tanh(kSteepness * d));
      break;
    case StyleReward::exponential:
      r = 0.5 * std::exp(d);
      break;
  }
  r = std::max(r, c.style_reward_floor);
  if (c.style_reward_max > 0) r = std::min(r, c.style_reward_max);
  return c.disc_reward_scale * r;
}

double combine_rewards(const AgentConfig& c, double task, double style) {
  const double t = c.task_reward_weight * task, s = c.disc_reward_weight * style;
  if (c.combine == Combine::add) return t + s;
  if (c.combine == Combine::lerp) return c.task_reward_lerp * t + (1 - c.task_reward_lerp) * s;
  require(!(task < 0), Kind::failed,
          "reward_combine: mul met a task reward of {}; it needs rewards of 0 and more", task);
  return t * s;
}

}  // namespace motus::learn
