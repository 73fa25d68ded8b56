#pragma once
#include "motion/clip.h"

namespace motus {

/// The clip as a cycle that wraps: the pose of the last frame becomes that of the first (its heading
/// and horizontal place stay its own, as a cycle may travel), half of the difference added at either
/// end and faded out over `blend` seconds (at most half the clip), in value and rate. A heading that
/// drifts by less than 20 degrees over the cycle is straightened, spread evenly over the frames,
/// since training repeats cycles without turning them. Frames that no blend reaches stay bit for
/// bit; so does a clip that wraps without a gap. Throws Error(usage) for fewer than 4 frames or a
/// negative blend.
Clip make_loop(const Clip& clip, double blend);

/// Turn of the heading from the first frame to the last, rad in (-pi, pi].
double heading_drift(const Clip& clip);

}  // namespace motus
