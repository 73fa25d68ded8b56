#pragma once
#include "motion/clip.h"

namespace motus {

/// The motion without what is faster than `hertz` (-3 dB there): a Gaussian over time, which shifts
/// nothing. Rotations are averaged in the tangent space of the frame itself, so that the result does
/// not depend on axes. Ends are held (the motion goes on point-symmetrically beyond them); a
/// wrapping clip is smoothed round and round. At half the frame rate and above nothing is left to
/// remove: the clip comes back bit for bit. Channels that repeat the pose are dropped. Throws
/// Error(usage) unless hertz > 0.
Clip smooth(const Clip& clip, double hertz);

}  // namespace motus
