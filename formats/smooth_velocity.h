#pragma once
// Body velocities as poselib makes and Isaac Lab's files hold them: differences smoothed over time
// with a Gaussian of 2 frames. They are what the published files contain to 3.5e-5 m/s; for control
// and reward use the plain differences of motion/kinematics.h.
#include "motion/clip.h"

namespace motus::formats {

/// World linear velocity (m/s) of points (F, 3N): central differences, one-sided at the ends.
Frames smooth_linear_velocity(const Frames& points, double fps);

/// World angular velocity (rad/s) of quaternions (F, 4N): log(q[t+1] * conj(q[t])) * fps, zero in
/// the last frame before smoothing.
Frames smooth_angular_velocity(const Frames& rotations, double fps);

}  // namespace motus::formats
