#pragma once
// The two figures of DeepMimic (data/characters/{humanoid3d,dog3d}.txt, MIT licence): which columns
// of a frame turn which body. Columns 0..7 are the frame's duration, the root's position and
// rotation for both.
#include <span>

#include "motion/skeleton.h"

namespace motus::formats {

/// A body's columns: four of a quaternion w x y z, or one angle (rad) about the file's z axis.
struct DeepMimicPart {
  const char* body;
  int column;
  bool hinge;
};

struct DeepMimicFigure {
  const char* name;  ///< "humanoid3d", "dog3d"
  int columns;
  std::span<const DeepMimicPart> parts;
  SkeletonPtr (*skeleton)();
};

/// The figure whose frames have this many columns, or null.
const DeepMimicFigure* deepmimic_figure(long columns);
/// The figure with these bodies, or null.
const DeepMimicFigure* deepmimic_figure(const Skeleton& skeleton);

/// The file's axes (x forward, y up, z right) to ours.
Quat deepmimic_axes();

}  // namespace motus::formats
