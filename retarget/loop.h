#pragma once
// Loops: a clip that wraps is solved with neighbours on both sides, so that its ends see what the
// middle sees.
#include "motion/clip.h"

namespace motus::retarget {

/// True if the last frame shows the pose of the first one (rotations within 0.35 rad).
bool closes(const Clip& clip);

/// The clip with `pad` frames of its own continuation before and after. The last frame of a
/// wrapping clip is the first one a cycle later; travel goes on horizontally.
Clip unroll(const Clip& clip, int pad);

/// Makes the last frame the first one moved by a horizontal offset, spreading what was left over
/// the last `blend` frames. For robots and characters; returns the largest dof change that this
/// took (rad; 0 for characters).
double close_seam(Clip& clip, int blend);

}  // namespace motus::retarget
