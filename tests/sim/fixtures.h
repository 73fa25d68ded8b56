#pragma once
// Robots of data/robots, small clips made by formula, and the settings that tests start from.
#include <cmath>

#include "formats/mjcf.h"
#include "motion/robot.h"
#include "sim/env.h"

namespace motus::sim {

/// A wrapping clip of one second: the default pose walking on at `speed` m/s while every dof swings
/// by `swing` rad with its own phase.
inline Clip swinging(const Robot& robot, double speed = 1.0, double swing = 0.2,
                     LoopMode loop = LoopMode::wrap) {
  Clip c;
  c.name = "swinging";
  c.skeleton = robot.skeleton;
  c.fps = 30;
  c.loop = loop;
  const int frames = 31, dofs = robot.skeleton->dof_count();
  c.root_pos = Frames::Zero(frames, 3);
  c.root_rot = Frames::Zero(frames, 4);
  c.dof_pos = Frames::Zero(frames, dofs);
  for (int f = 0; f < frames; ++f) {
    const double t = f / c.fps;
    c.root_pos.row(f) << speed * t, 0.02 * std::sin(2 * M_PI * t), robot.root_height;
    c.root_rot(f, 0) = 1;
    for (int d = 0; d < dofs; ++d) {
      c.dof_pos(f, d) =
          robot.default_dofs[static_cast<size_t>(d)] + swing * std::sin(2 * M_PI * t + d);
    }
  }
  return c;
}

/// MimicKit's settings for a robot, with physics at 120 Hz.
inline EnvConfig settings(const Robot& robot) {
  EnvConfig c;
  c.control_freq = 30;
  c.sim_freq = 120;
  c.global_obs = true;
  c.enable_phase_obs = false;
  c.key_bodies = robot.key_bodies;
  c.contact_bodies = robot.contact_bodies;
  return c;
}

/// Actions that are different for every environment, step and dof, and the same every time.
inline std::vector<float> wobble(const VecEnv& env, int step, float size = 0.3f) {
  const EnvSpec& s = env.spec();
  std::vector<float> out(static_cast<size_t>(s.envs) * static_cast<size_t>(s.actions));
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = size * std::sin(0.7f * static_cast<float>(i) + 0.37f * static_cast<float>(step));
  }
  return out;
}

}  // namespace motus::sim
