#include "learn/returns.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace motus::learn {

void td_lambda(int steps, int envs, double discount, double lambda, std::span<const float> reward,
               std::span<const float> next_value, std::span<const uint8_t> done,
               std::span<float> returns) {
  for (int t = steps - 1; t >= 0; --t) {
    for (int e = 0; e < envs; ++e) {
      const size_t i = static_cast<size_t>(t) * static_cast<size_t>(envs) + static_cast<size_t>(e);
      double future = next_value[i];
      if (t + 1 < steps && !done[i]) {
        future = (1 - lambda) * future + lambda * returns[i + static_cast<size_t>(envs)];
      }
      returns[i] = static_cast<float>(reward[i] + discount * future);
    }
  }
}

void gae(int steps, int envs, double discount, double lambda, std::span<const float> reward,
         std::span<const float> value, std::span<const float> next_value,
         std::span<const uint8_t> done, std::span<float> returns) {
  for (int e = 0; e < envs; ++e) {
    double advantage = 0;
    for (int t = steps - 1; t >= 0; --t) {
      const size_t i = static_cast<size_t>(t) * static_cast<size_t>(envs) + static_cast<size_t>(e);
      const double delta = reward[i] + discount * next_value[i] - value[i];
      advantage = delta + (done[i] ? 0 : discount * lambda * advantage);
      returns[i] = static_cast<float>(advantage + value[i]);
    }
  }
}

AdvantageStats advantages(std::span<const float> returns, std::span<const float> value,
                          std::span<const uint8_t> use, bool normalise, double clip,
                          std::span<float> advantage, Ranks& ranks) {
  std::array<double, 2> sums{0, 0};
  auto& [n, sum] = sums;
  double square = 0;
  for (size_t i = 0; i < returns.size(); ++i) {
    if (!use[i]) continue;
    sum += static_cast<double>(returns[i]) - value[i];
    n += 1;
  }
  ranks.sum(sums);
  AdvantageStats s;
  s.mean = n > 0 ? sum / n : 0;
  for (size_t i = 0; i < returns.size(); ++i) {
    if (!use[i]) continue;
    const double d = static_cast<double>(returns[i]) - value[i] - s.mean;
    square += d * d;
  }
  ranks.sum(std::span(&square, 1));
  s.std = n > 1 ? std::sqrt(square / (n - 1)) : 0;
  const double shift = normalise ? s.mean : 0, scale = normalise ? 1 / std::max(s.std, 1e-5) : 1;
  for (size_t i = 0; i < returns.size(); ++i) {
    const double a = (static_cast<double>(returns[i]) - value[i] - shift) * scale;
    advantage[i] = static_cast<float>(clip > 0 ? std::clamp(a, -clip, clip) : a);
  }
  return s;
}

}  // namespace motus::learn
