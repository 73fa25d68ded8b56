#include "motion/math.h"

#include <algorithm>
#include <cmath>

namespace motus {

Quat exp_map(const Vec3& e) {
  const double norm = e.norm();
  const double angle = std::atan2(std::sin(norm), std::cos(norm));
  // written so that NaN takes the identity branch
  if (!(std::abs(angle) > 1e-5)) return Quat::Identity();
  const Vec3 v = e / norm * std::sin(0.5 * angle);
  return Quat(std::cos(0.5 * angle), v.x(), v.y(), v.z());
}

Vec3 log_map(const Quat& q) {
  const Quat p = positive(q);
  const double s = p.vec().norm();
  if (s < 1e-12) return 2.0 * p.vec();  // sin(a/2) = a/2 to double precision
  return p.vec() / s * (2.0 * std::atan2(s, p.w()));
}

Quat slerp(const Quat& a, const Quat& b, double t) {
  double dot = a.dot(b);
  Quat c = b;
  if (dot < 0) {
    dot = -dot;
    c.coeffs() = -c.coeffs();
  }
  Quat out;
  if (dot > 1.0 - 1e-12) {
    // the arc is shorter than the arithmetic can divide by
    out.coeffs() = (1.0 - t) * a.coeffs() + t * c.coeffs();
    return out.normalized();
  }
  const double theta = std::acos(std::min(dot, 1.0)), s = std::sin(theta);
  out.coeffs() =
      std::sin((1.0 - t) * theta) / s * a.coeffs() + std::sin(t * theta) / s * c.coeffs();
  return out;
}

double heading(const Quat& q) {
  const Vec3 x = q * Vec3::UnitX();
  return std::atan2(x.y(), x.x());
}

Quat yaw_rotation(double angle) {
  return Quat(std::cos(0.5 * angle), 0, 0, std::sin(0.5 * angle));
}

Quat heading_rotation(const Quat& q) {
  return yaw_rotation(heading(q));
}

double twist_angle(const Quat& q, const Vec3& axis) {
  // the twist's quaternion is (w, axis * (v . axis)), not yet normalised: atan2 needs only the
  // ratio
  double along = q.vec().dot(axis), w = q.w();
  if (w < 0) {
    w = -w;
    along = -along;
  }
  return 2.0 * std::atan2(along, w);
}

Eigen::Matrix<double, 6, 1> tangent_normal(const Quat& q) {
  Eigen::Matrix<double, 6, 1> out;
  out << q * Vec3::UnitX(), q * Vec3::UnitZ();
  return out;
}

Quat positive(const Quat& q) {
  if (q.w() >= 0) return q;
  Quat p;
  p.coeffs() = -q.coeffs();
  return p;
}

Quat from_euler(const Vec3& angles, const int axes[3]) {
  Quat q = Quat::Identity();
  for (int i = 0; i < 3; ++i) {
    q = q * Quat(Eigen::AngleAxisd(angles[i], Vec3::Unit(axes[i])));
  }
  return q;
}

Vec3 to_euler(const Quat& q, const int axes[3]) {
  const Eigen::Matrix3d m = q.toRotationMatrix();
  const int i = axes[0], j = axes[1], k = axes[2];
  // +1 for an even permutation of xyz, -1 for an odd one (Shoemake, Graphics Gems IV)
  const double sign = (j - i + 3) % 3 == 1 ? 1.0 : -1.0;
  const double s = std::clamp(sign * m(i, k), -1.0, 1.0);
  Vec3 a;
  // cos of the middle angle from the two entries that it multiplies: exact where asin loses digits
  const double c = std::hypot(m(i, i), m(i, j));
  a[1] = std::atan2(s, c);
  if (c > 1e-9) {
    a[0] = std::atan2(-sign * m(j, k), m(k, k));
    a[2] = std::atan2(-sign * m(i, j), m(i, i));
  } else {
    a[0] = std::atan2(sign * m(k, j), m(j, j));
    a[2] = 0;
  }
  return a;
}

}  // namespace motus
