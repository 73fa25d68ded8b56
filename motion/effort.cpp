#include "motion/effort.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace motus {

void Effort::add(const Effort& other) {
  if (!other.known()) return;
  if (!known()) {
    *this = other;
    return;
  }
  seconds += other.seconds;
  for (size_t k = 0; k < work.size(); ++k) {
    work[k] += other.work[k];
    at_limit[k] += other.at_limit[k];
    peak[k] = std::max(peak[k], other.peak[k]);
  }
}

double mean_power(const Effort& effort) {
  if (!effort.known()) return 0;
  return std::accumulate(effort.work.begin(), effort.work.end(), 0.0) / effort.seconds;
}

std::vector<MotorLoad> motor_loads(const Effort& effort) {
  std::vector<MotorLoad> out;
  if (!effort.known()) return out;
  for (size_t k = 0; k < effort.work.size(); ++k) {
    out.push_back({.peak = effort.peak[k],
                   .limit = effort.limit[k],
                   .at_limit = effort.at_limit[k] / effort.seconds});
  }
  return out;
}

double cost_of_transport(double power, double mass, double speed) {
  constexpr double kGravity = 9.81, kSlowest = 0.1;
  return mass > 0 && std::abs(speed) >= kSlowest ? power / (mass * kGravity * std::abs(speed)) : 0;
}

}  // namespace motus
