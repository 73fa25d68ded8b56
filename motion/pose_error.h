#pragma once
// How far a rollout's postures are from the clips it imitates, whatever the timing: the measure of
// the AMP paper (Peng et al. 2021, equation 10 and table 3).
#include "motion/clip.h"
#include "motion/sampler.h"

namespace motus {

/// (F, 3(B-1)) positions of all bodies but the root, relative to the root and turned by its heading
/// to face x, m.
Frames postures(const Clip& clip);

/// Mean over joints of the distance of two such rows, m.
double posture_distance(const Frames& a, Eigen::Index row_a, const Frames& b, Eigen::Index row_b);

/// Mean distance along the best monotone pairing of all rows of `a` with all of `b`, first with
/// first and last with last (dynamic time warping), m.
double warped_distance(const Frames& a, const Frames& b);

/// Clips as postures at a frame rate.
class PostureLibrary {
 public:
  PostureLibrary(const Dataset& dataset, double fps);

  /// The pose error of a rollout's postures at this rate, m. One wrapping clip: it is repeated for as
  /// long as the rollout lasts, from the phase nearest to its beginning, and warped as a whole, so
  /// that a character which stands still does not match. Else every second of the rollout finds its
  /// best second of all clips.
  double error(const Frames& rollout) const;

  /// Share of the clips' moments that come within `reach` (m) of some row of `rollouts`.
  double coverage(const std::vector<Frames>& rollouts, double reach) const;

 private:
  double cyclic_error(const Frames& rollout) const;
  double windowed_error(const Frames& rollout) const;

  double fps_;
  bool cyclic_;
  std::vector<Frames> clips_;  ///< one cycle, or the whole clip, each
};

}  // namespace motus
