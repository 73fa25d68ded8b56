#pragma once
#include "motion/clip.h"

namespace motus {

/// The clip at `fps`, a wrapping one over and over for `seconds` (at least one cycle), as training
/// repeats it: its travel is carried on, its change of heading is not. Channels and events are left
/// out.
Clip repeat(const Clip& clip, double seconds, double fps);

}  // namespace motus
