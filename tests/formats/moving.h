#pragma once
// A motion of any robot, for round trips.
#include <cmath>

#include "motion/clip.h"

namespace motus {

/// Every dof and the root on its own slow sine.
inline Clip moving(SkeletonPtr skeleton, int frames) {
  Clip c;
  c.name = "moving";
  c.skeleton = std::move(skeleton);
  c.fps = 50;
  c.loop = LoopMode::wrap;
  const int dofs = c.skeleton->dof_count();
  c.root_pos = Frames(frames, 3);
  c.root_rot = Frames(frames, 4);
  c.dof_pos = Frames(frames, dofs);
  for (int f = 0; f < frames; ++f) {
    const double t = f / c.fps;
    c.root_pos.row(f) << t, 0.1 * std::sin(t), 0.9;
    Clip::set_quat(c.root_rot, f, 0, exp_map(Vec3(0.1 * std::sin(3 * t), 0.2, t)));
    for (int d = 0; d < dofs; ++d) c.dof_pos(f, d) = 0.5 * std::sin(2 * t + d);
  }
  return c;
}

}  // namespace motus
