#pragma once
// What the motors of a simulated robot did over some time: sums, so that steps add up to episodes.
#include <vector>

namespace motus {

struct Effort {
  double seconds = 0;
  std::vector<double> work;      ///< (D) J: torque times velocity, without its sign, over time
  std::vector<double> at_limit;  ///< (D) s at the torque limit
  std::vector<double> peak;      ///< (D) N m, the largest torque
  std::vector<double> limit;     ///< (D) N m, infinite where the model has none

  bool known() const { return seconds > 0; }
  /// Of as many dofs; nothing yet takes over the other's.
  void add(const Effort& other);
};

/// A dof's motor against its limit.
struct MotorLoad {
  double peak = 0, limit = 0;  ///< N m; the limit may be infinite
  double at_limit = 0;         ///< share of time
};

/// Means of an effort. The mechanical power counts braking like driving, as a motor without
/// recuperation pays for both.
double mean_power(const Effort& effort);  ///< W
std::vector<MotorLoad> motor_loads(const Effort& effort);

/// Energy for weight times distance, P / (m g v); 0 below 0.1 m/s, where it means nothing.
double cost_of_transport(double power, double mass, double speed);

}  // namespace motus
