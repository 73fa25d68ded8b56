#pragma once
// Rigid motions and their logarithms. A twist is (linear, angular), m and rad.
#include <cmath>

#include "motion/math.h"

namespace motus::retarget {

using Twist = Eigen::Matrix<double, 6, 1>;
using TwistMatrix = Eigen::Matrix<double, 6, 6>;

struct Transform {
  Vec3 pos = Vec3::Zero();
  Quat rot = Quat::Identity();

  Transform inverse() const {
    const Quat r = rot.conjugate();
    return {-(r * pos), r};
  }
  Transform operator*(const Transform& b) const { return {pos + rot * b.pos, rot * b.rot}; }
};

inline Eigen::Matrix3d cross_of(const Vec3& v) {
  Eigen::Matrix3d m;
  m << 0, -v.z(), v.y(), v.z(), 0, -v.x(), -v.y(), v.x(), 0;
  return m;
}

/// Inverse of the left Jacobian of rotations (Barfoot, State Estimation for Robotics, 7.77).
inline Eigen::Matrix3d inverse_left_jacobian(const Vec3& w) {
  const double t2 = w.squaredNorm(), t = std::sqrt(t2);
  const double b = t > 1e-3 ? 1 / t2 - (1 + std::cos(t)) / (2 * t * std::sin(t)) : 1.0 / 12;
  const Eigen::Matrix3d k = cross_of(w);
  return Eigen::Matrix3d::Identity() - 0.5 * k + b * k * k;
}

/// The twist whose exponential is t.
inline Twist log6(const Transform& t) {
  const Vec3 w = log_map(t.rot);
  Twist out;
  out << inverse_left_jacobian(w) * t.pos, w;
  return out;
}

/// d log6(T exp(x)) / dx at x = 0: the inverse right Jacobian at log6(T) (Barfoot 7.95, with the
/// twist's sign turned).
inline TwistMatrix log6_jacobian(const Twist& at) {
  const Vec3 v = -at.head<3>(), w = -at.tail<3>();
  const double t2 = w.squaredNorm(), t = std::sqrt(t2);
  double a = 1.0 / 6, b = 1.0 / 24, c = 1.0 / 120;
  if (t > 1e-2) {
    const double s = std::sin(t), k = std::cos(t);
    a = (t - s) / (t2 * t);
    b = (t2 + 2 * k - 2) / (2 * t2 * t2);
    c = (2 * t - 3 * s + t * k) / (2 * t2 * t2 * t);
  }
  const Eigen::Matrix3d x = cross_of(v), y = cross_of(w), yxy = y * x * y;
  const Eigen::Matrix3d q = 0.5 * x + a * (y * x + x * y + yxy) +
                            b * (y * y * x + x * y * y - 3 * yxy) + c * (yxy * y + y * yxy);
  const Eigen::Matrix3d j = inverse_left_jacobian(w);
  TwistMatrix out = TwistMatrix::Zero();
  out.topLeftCorner<3, 3>() = j;
  out.bottomRightCorner<3, 3>() = j;
  out.topRightCorner<3, 3>() = -j * q * j;
  return out;
}

}  // namespace motus::retarget
