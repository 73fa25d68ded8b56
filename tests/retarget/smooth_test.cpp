// Smoothing along time: what passes, what does not, and the limit of speed.
#include "retarget/smooth.h"

#include <cmath>

#include "tests/catch.h"

using namespace motus;
using namespace motus::retarget;

namespace {

Frames sine(int frames, double fps, double hz) {
  Frames y(frames, 1);
  for (int f = 0; f < frames; ++f) y(f, 0) = std::sin(2 * M_PI * hz * f / fps);
  return y;
}

/// Largest value away from the ends.
double size_inside(const Frames& y) {
  return y.middleRows(y.rows() / 4, y.rows() / 2).cwiseAbs().maxCoeff();
}

}  // namespace

TEST_CASE("the jerk filter keeps parabolas, ends included") {
  for (const int frames : {1, 2, 3, 4, 5, 50}) {
    INFO(frames);
    Frames y(frames, 2);
    for (int f = 0; f < frames; ++f) {
      y(f, 0) = 0.3 - 0.2 * f + 0.01 * f * f;
      y(f, 1) = 4 + f;
    }
    const Frames before = y;
    JerkFilter(frames, 30, 5).apply(y);
    CHECK((y - before).cwiseAbs().maxCoeff() < 1e-9);
  }
}

TEST_CASE("the jerk filter's gain: one half at the cutoff, 1/65 and 64/65 an octave away") {
  const double fps = 100, cutoff = 4;
  for (const auto& [hz, gain] : {std::pair(4.0, 0.5), std::pair(2.0, 64.0 / 65.0)}) {
    Frames y = sine(800, fps, hz);
    JerkFilter(800, fps, cutoff).apply(y);
    CHECK(size_inside(y) == Approx(gain).margin(0.01));
  }
  Frames y = sine(800, fps, 8);
  JerkFilter(800, fps, cutoff).apply(y);
  CHECK(size_inside(y) == Approx(1.0 / 65).margin(0.005));
}

TEST_CASE("the jerk filter is the minimum that it says") {
  Frames y(7, 1);
  y << 1, -2, 0.5, 3, 3, -1, 0;
  const double fps = 30, cutoff = 6;
  Frames z = y;
  JerkFilter(7, fps, cutoff).apply(z);
  const double w = std::pow(2 * std::sin(M_PI * cutoff / fps), -6);
  const auto cost = [&](const Frames& v) {
    double sum = (v - y).squaredNorm();
    for (int f = 0; f + 3 < 7; ++f)
      sum += w * std::pow(v(f + 3, 0) - 3 * v(f + 2, 0) + 3 * v(f + 1, 0) - v(f, 0), 2);
    return sum;
  };
  for (int f = 0; f < 7; ++f) {
    for (const double d : {-1e-3, 1e-3}) {
      Frames other = z;
      other(f, 0) += d;
      CHECK(cost(other) > cost(z));
    }
  }
}

TEST_CASE("steps are limited, symmetrically in time, within the range; slow curves stay") {
  Eigen::RowVectorXd step(1);
  step << 0.5;
  Frames y(9, 1);
  y << 0, 0, 0, 0, 2, 2, 2, 2, 2;
  Frames back = y.colwise().reverse();
  CHECK(limit_steps(y, step) == Approx(0.75));
  for (int f = 1; f < 9; ++f) CHECK(std::abs(y(f, 0) - y(f - 1, 0)) <= 0.5 + 1e-12);
  CHECK(y.minCoeff() >= 0);
  CHECK(y.maxCoeff() <= 2);
  limit_steps(back, step);
  CHECK((y - Frames(back.colwise().reverse())).cwiseAbs().maxCoeff() < 1e-12);
  const Frames before = y;
  CHECK(limit_steps(y, step) < 1e-12);
  CHECK((y - before).cwiseAbs().maxCoeff() < 1e-12);
}
