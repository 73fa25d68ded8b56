#pragma once
// Which way a clip faces and travels: horizontal angles in rad about z, 0 along x.
#include "motion/clip.h"

namespace motus::view {

/// The way the figure faces at `frame`: square to the line from its right hips and shoulders to its
/// left ones; the root's x axis where the skeleton has no sides.
double facing(const Clip& clip, int frame);

/// The way the clip goes from frame `first` to `last`, leaps between episodes left out; its mean facing if it covers less than a
/// quarter of its own height.
double bearing(const Clip& clip, int first, int last);

/// Height of the figure in its rest pose, m: the longest extent of its joints along an axis;
/// 0.3 for a lone point.
double rest_extent(const Skeleton& skeleton);

}  // namespace motus::view
