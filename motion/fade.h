#pragma once
// Differences of poses that fade out over time: what joins two motions without a jump, in value and
// in rate (the offset blending of games, "inertialization": D. Bollo, GDC 2018, with a cubic).
#include <Eigen/Core>

#include "motion/clip.h"

namespace motus {

/// The difference of two poses and of their rates. Heading and horizontal place are left out.
struct PoseGap {
  double height = 0, height_rate = 0;  ///< m, m/s
  /// Root tilt, then each body's joint: a rotation vector (rad, in the turned body's own frame) for
  /// balls and local rotations, the angle in the first of the three for hinges in series.
  Eigen::VectorXd value, rate;
};

/// What must be added to frame `to` of `b` to give frame `from` of `a` (same structure), in value and
/// rate. Rates are one-sided: in `a` before the frame, in `b` after it; 0 where there is no
/// neighbour.
PoseGap pose_gap(const Clip& a, int from, const Clip& b, int to);

/// Adds w * gap.value + v * gap.rate to a frame. Parts whose sum is below 1e-12 stay bit for bit.
void add_gap(Clip& clip, int frame, const PoseGap& gap, double w, double v);

/// The root's rotation without its heading.
Quat tilt(const Quat& root);

/// The cubic in time that starts with a value and a rate and ends with neither after `length`
/// seconds, as weights of that value and that rate (s); both 0 beyond the end.
struct FadeWeights {
  double value = 0, rate = 0;
};
FadeWeights fade_weights(double time, double length);

}  // namespace motus
