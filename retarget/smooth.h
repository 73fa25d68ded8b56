#pragma once
// Smoothing of whole tracks, channel by channel, along time.
#include "motion/clip.h"

namespace motus::retarget {

/// The minimum of ||z - y||^2 + w ||third differences of z||^2 for each column: a zero-phase
/// low-pass whose gain is 1 / (1 + (f / cutoff)^6), exact for parabolas, ends included. The banded
/// system (three bands below the diagonal) is the same for every column and factorised once.
class JerkFilter {
 public:
  /// `cutoff` and `fps` in Hz.
  JerkFilter(int frames, double fps, double cutoff);

  /// Columns of `y` (F, N), smoothed in place.
  void apply(Frames& y) const;

 private:
  struct Row {
    double inverse, l1, l2, l3;  ///< 1 / pivot, and the factors to the three rows before
  };
  std::vector<Row> rows_;
};

/// Columns of y (F, D) such that |y[t] - y[t-1]| <= step[d], as near as the mean of the least such
/// curve above y and the greatest below it (McShane's extensions); curves that obey are unchanged,
/// and no value leaves the range of its column. Returns the largest change.
double limit_steps(Frames& y, const Eigen::RowVectorXd& step);

}  // namespace motus::retarget
