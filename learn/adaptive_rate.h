#pragma once
// A learning rate led by how far the policy moved: divided by 1.5 where the KL divergence exceeds
// two targets, multiplied by 1.5 where it stays below half of one (legged_gym, rsl_rl, skrl). A
// divergence of exactly 0, that of the first minibatch, says nothing.
#include <algorithm>

namespace motus::learn {

inline double adapted_rate(double rate, double kl, double target, double least, double most) {
  if (kl > 2 * target) return std::max(least, rate / 1.5);
  if (kl > 0 && kl < 0.5 * target) return std::min(most, rate * 1.5);
  return rate;
}

}  // namespace motus::learn
