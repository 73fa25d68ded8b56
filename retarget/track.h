#pragma once
// A robot's motion while it is being solved: one state a frame, as arrays.
#include "motion/clip.h"
#include "retarget/model.h"

namespace motus::retarget {

struct Track {
  Frames root_pos;  ///< (F, 3) m
  Frames root_rot;  ///< (F, 4) w x y z
  Frames dofs;      ///< (F, D) rad

  Track(int frames, int dof_count)
      : root_pos(frames, 3), root_rot(frames, 4), dofs(frames, dof_count) {}

  int frames() const { return static_cast<int>(root_pos.rows()); }

  void get(int f, State& state) const {
    state.root_pos = root_pos.row(f);
    state.root_rot = Clip::quat_at(root_rot, f, 0);
    state.dofs = dofs.row(f);
  }
  void set(int f, const State& state) {
    root_pos.row(f) = state.root_pos;
    Clip::set_quat(root_rot, f, 0, state.root_rot);
    dofs.row(f) = state.dofs;
  }
};

}  // namespace motus::retarget
