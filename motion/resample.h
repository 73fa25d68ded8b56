#pragma once
#include <span>

#include "motion/clip.h"

namespace motus {

/// linear: positions linear, rotations spherical along the shorter arc (MimicKit's and the sampler's
/// rule). cubic: Catmull-Rom through the four frames around, rotations in the tangent space of the
/// frame before; rates stay continuous where frames are added.
enum class Interpolation { linear, cubic };

/// The clip at another frame rate, frame k of the result at k / fps. The last frame is kept exactly when the duration is a whole number of new frames;
/// otherwise up to one new frame is lost at the end. Ball dofs are interpolated as rotations.
/// Channels are always interpolated linearly, quaternion channels spherically. Throws Error(usage) for fps
/// <= 0.
Clip resample(const Clip& clip, double fps, Interpolation how = Interpolation::linear);

/// Frames from 0 to `duration` (s) at a steady rate, 2^27 numbers of `columns` a frame (1 GiB) at
/// most: Throws Error(bad_input) for what only a damaged or hostile file asks for.
int steady_frames(double duration, double fps, Eigen::Index columns);

/// Frames [first, last) as a clip.
Clip cut(const Clip& clip, int first, int last);

/// The frames `which` in that order, as they are; rate and loop mode stay.
Clip pick(const Clip& clip, std::span<const int> which);

}  // namespace motus
