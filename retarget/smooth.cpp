#include "retarget/smooth.h"

#include <algorithm>
#include <cmath>

namespace motus::retarget {

JerkFilter::JerkFilter(int frames, double fps, double cutoff) {
  // a sine of frequency f has third differences of (2 sin(pi f / fps))^3 times its size
  const double difference = 2 * std::sin(M_PI * std::min(cutoff, 0.5 * fps) / fps);
  const double w = std::pow(difference, -6);
  constexpr double d3[4] = {-1, 3, -3, 1};
  rows_.resize(static_cast<size_t>(frames));
  // bands[k][t]: entry (t, t - k) of I + w D'D
  const auto entry = [&](int t, int k) {
    double sum = k == 0 ? 1.0 : 0.0;
    // the differences that both frames take part in start at s: [s, s + 3]
    for (int s = std::max(0, t - 3); s <= std::min(t - k, frames - 4); ++s)
      sum += w * d3[t - s] * d3[t - k - s];
    return sum;
  };
  for (int t = 0; t < frames; ++t) {
    // unit lower triangle times diagonal: the column entries scaled by their pivots
    const auto row = [&](int k) -> const Row& { return rows_[static_cast<size_t>(t - k)]; };
    double a3 = 0, a2 = 0, a1 = 0;
    if (t >= 3) a3 = entry(t, 3);
    if (t >= 2) a2 = entry(t, 2) - (t >= 3 ? a3 * row(2).l1 : 0);
    if (t >= 1) a1 = entry(t, 1) - (t >= 2 ? a2 * row(1).l1 : 0) - (t >= 3 ? a3 * row(1).l2 : 0);
    Row& r = rows_[static_cast<size_t>(t)];
    r.l3 = t >= 3 ? a3 * row(3).inverse : 0;
    r.l2 = t >= 2 ? a2 * row(2).inverse : 0;
    r.l1 = t >= 1 ? a1 * row(1).inverse : 0;
    r.inverse = 1 / (entry(t, 0) - a1 * r.l1 - a2 * r.l2 - a3 * r.l3);
  }
}

void JerkFilter::apply(Frames& y) const {
  const Eigen::Index n = y.rows();
  for (Eigen::Index t = 1; t < n; ++t) {
    const Row& r = rows_[static_cast<size_t>(t)];
    y.row(t) -= r.l1 * y.row(t - 1);
    if (t >= 2) y.row(t) -= r.l2 * y.row(t - 2);
    if (t >= 3) y.row(t) -= r.l3 * y.row(t - 3);
  }
  for (Eigen::Index t = n; t-- > 0;) {
    y.row(t) *= rows_[static_cast<size_t>(t)].inverse;
    if (t + 1 < n) y.row(t) -= rows_[static_cast<size_t>(t + 1)].l1 * y.row(t + 1);
    if (t + 2 < n) y.row(t) -= rows_[static_cast<size_t>(t + 2)].l2 * y.row(t + 2);
    if (t + 3 < n) y.row(t) -= rows_[static_cast<size_t>(t + 3)].l3 * y.row(t + 3);
  }
}

double limit_steps(Frames& y, const Eigen::RowVectorXd& step) {
  const Eigen::Index n = y.rows();
  double worst = 0;
  for (Eigen::Index t = 1; t < n; ++t)
    worst = std::max(worst, ((y.row(t) - y.row(t - 1)).cwiseAbs() - step).maxCoeff());
  if (worst <= 0) return 0;
  Frames above = y, below = y;
  for (Eigen::Index t = 1; t < n; ++t) {
    above.row(t) = above.row(t).cwiseMax(above.row(t - 1) - step);
    below.row(t) = below.row(t).cwiseMin(below.row(t - 1) + step);
  }
  for (Eigen::Index t = n - 1; t-- > 0;) {
    above.row(t) = above.row(t).cwiseMax(above.row(t + 1) - step);
    below.row(t) = below.row(t).cwiseMin(below.row(t + 1) + step);
  }
  above = 0.5 * (above + below);
  const double change = (above - y).cwiseAbs().maxCoeff();
  y = std::move(above);
  return change;
}

}  // namespace motus::retarget
