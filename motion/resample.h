#pragma once
#include "motion/clip.h"

namespace motus {

/// The clip at another frame rate: positions linear, rotations spherical, frame k of the result at
/// k / fps. The last frame is kept exactly when the duration is a whole number of new frames;
/// otherwise up to one new frame is lost at the end. Ball dofs are interpolated as rotations.
/// Channels are interpolated linearly, quaternion channels spherically. Throws Error(usage) for fps
/// <= 0.
Clip resample(const Clip& clip, double fps);

/// Frames [first, last) as a clip.
Clip cut(const Clip& clip, int first, int last);

}  // namespace motus
