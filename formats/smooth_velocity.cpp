#include "formats/smooth_velocity.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "motion/kinematics.h"

namespace motus::formats {

namespace {

constexpr int kRadius = 8;  // four sigma
constexpr double kSigma = 2;

/// Gaussian along time; frames beyond the ends are copies of the ends.
Frames smooth(const Frames& v) {
  std::array<double, 2 * kRadius + 1> weight{};
  double sum = 0;
  for (int k = -kRadius; k <= kRadius; ++k) {
    const double w = std::exp(-0.5 * k * k / (kSigma * kSigma));
    weight[static_cast<size_t>(k + kRadius)] = w;
    sum += w;
  }
  const Eigen::Index last = v.rows() - 1;
  Frames out = Frames::Zero(v.rows(), v.cols());
  for (Eigen::Index f = 0; f <= last; ++f) {
    for (int k = -kRadius; k <= kRadius; ++k) {
      const Eigen::Index from = std::clamp<Eigen::Index>(f + k, 0, last);
      out.row(f) += weight[static_cast<size_t>(k + kRadius)] / sum * v.row(from);
    }
  }
  return out;
}

}  // namespace

Frames smooth_linear_velocity(const Frames& points, double fps) {
  const Eigen::Index last = points.rows() - 1;
  Frames v = Frames::Zero(points.rows(), points.cols());
  for (Eigen::Index f = 0; f <= last && last > 0; ++f) {
    const Eigen::Index a = std::max<Eigen::Index>(f - 1, 0), b = std::min(f + 1, last);
    v.row(f) = fps / static_cast<double>(b - a) * (points.row(b) - points.row(a));
  }
  return smooth(v);
}

Frames smooth_angular_velocity(const Frames& rotations, double fps) {
  Frames v = angular_velocities(rotations, fps);
  if (v.rows() > 0) v.row(v.rows() - 1).setZero();
  return smooth(v);
}

}  // namespace motus::formats
