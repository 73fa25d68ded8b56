#pragma once
// One moment of one environment, as its parts look at it: observations (sim/observation.h), tasks
// (sim/task.h), terminations (sim/termination.h) and controls (sim/control.h). Internal to sim/ (MuJoCo
// types).
#include <mujoco/mujoco.h>

#include <cstdint>

#include "motion/effort.h"
#include "sim/reference.h"
#include "sim/terms.h"

namespace motus::sim {

class Delay;

/// Where one environment's episode is. Plain bytes: part of a saved state.
struct Clock {
  uint64_t episode = 0;  ///< counter of this environment's stream of starts
  uint64_t draws = 0;    ///< counter of its stream of the task's random numbers
  double start = 0;      ///< s, motion time at the episode's start
  int32_t motion = 0, step = 0, head = 0, pad = 0;
  float velocity[2] = {0, 0};  ///< followed by the envelope, m/s
};

struct Scene {
  int env = 0;
  const mjModel* m = nullptr;
  mjData* d = nullptr;  ///< qpos and qvel are those of this moment
  Clock* clock = nullptr;
  double dt = 0;  ///< s of a control step
  uint64_t seed = 0;
  const float* snapshot = nullptr;   ///< null while a control step runs
  const double* body_pos = nullptr;  ///< (B, 3) world, bodies of the skeleton
  float before[2] = {0, 0};          ///< x and y of the root before the control step, m
  const float* action = nullptr;     ///< (D) of the step that led here; null at a start
  Delay* delay = nullptr;            ///< of actions; null: none
  bool test = false;                 ///< a test's episode
  double ground = 0;                 ///< m, height of the ground under the root
  Effort* effort = nullptr;          ///< of the control step, where somebody asks
  const Reference* reference = nullptr;
  Reference::Scratch* scratch = nullptr;
  bool posed = false;  ///< scratch holds the clip's pose of this moment

  double time() const { return clock->step * dt; }              ///< s of the episode
  double motion_time() const { return clock->start + time(); }  ///< s of the clip

  /// The clip's pose at this moment; computed once.
  const Reference::Scratch& clip() {
    if (!posed) reference->pose(clock->motion, motion_time(), *scratch);
    posed = true;
    return *scratch;
  }
  /// The snapshot of that pose.
  const float* clip_snapshot() {
    clip();
    scratch->snapshot.resize(static_cast<size_t>(reference->anatomy().layout.size()));
    reference->take(*scratch, scratch->snapshot.data());
    return scratch->snapshot.data();
  }
};

}  // namespace motus::sim
