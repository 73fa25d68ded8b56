#pragma once
// The tasks that a policy can have besides moving like the clips: reach a place, or walk one way at
// a speed while facing another (MimicKit's task_location and task_steering), hold a velocity of the
// base (AMP_for_hardware), dodge balls (MimicKit's task_dodgeball). Formulas and constants are theirs.
// Metres, seconds; velocities are differences of the root's position over one control step.
#include <cmath>
#include <string>

#include "sim/terms.h"

namespace motus::sim {

enum class TaskKind { none, constant, tracking, location, steering, velocity, dodgeball };

/// Of TaskKind::velocity.
struct VelocityOptions {
  float vx_min = -1, vx_max = 2, vy_min = -0.3f, vy_max = 0.3f;  ///< m/s ahead, to the left
  float wz_min = -1.57f, wz_max = 1.57f;                         ///< rad/s to the left
  float still = 0.2f;                      ///< m/s, a command that is slower is standing
  int resample_steps = 333;                ///< control steps between commands
  float lin_w = 50, ang_w = 50.0f / 3;     ///< per second
  float sigma = 0.25f;                     ///< (m/s)^2 and (rad/s)^2
  float lin_scale = 2, ang_scale = 0.25f;  ///< of the observation
};

/// Of TaskKind::dodgeball.
struct DodgeballOptions {
  int balls = 1;
  float hit_dist = 0.8f;                                          ///< m
  float hit_force = 0.1f;                                         ///< N
  float hit_delta_v = 1.5f;                                       ///< m/s
  float dist_min = 8, dist_max = 10, h_min = 0.5f, h_max = 2.5f;  ///< m, of the throw
  float speed_min = 12, speed_max = 15;                           ///< m/s
  float time_min = 1, time_max = 4;                               ///< s between throws
  float aim_noise = 0.1f;                                         ///< m
  float radius = 0.1f;                                            ///< m
  std::string target_body;
};

/// Constants of the tasks; each uses its own.
struct TaskOptions {
  TaskKind task = TaskKind::none;
  float constant = 1;  ///< TaskKind::constant: the reward of every step
  VelocityOptions velocity{};
  DodgeballOptions dodgeball{};
  float change_min = 1, change_max = 1;  ///< s between targets
  // location
  float dist_min = 0, dist_max = 10;  ///< m
  float speed = 1;                    ///< m/s, faster is as good
  float dist_threshold = 0.5f;        ///< m^2, as published: compared with the squared distance
  float pos_err_scale = 0.5f, vel_err_scale = 4;
  float pos_w = 0.5f, vel_w = 0.4f, face_w = 0.1f;
  // steering
  bool rand_dir = true, rand_face = true;
  float speed_min = 1, speed_max = 1;  ///< m/s
  float steer_w = 0.7f, steer_face_w = 0.3f, steer_vel_scale = 0.5f;
};

/// What one character should do now.
struct Target {
  float pos[2] = {0, 0};  ///< m, location
  float dir[2] = {1, 0}, face[2] = {1, 0};
  float speed = 0;  ///< m/s, steering
  float until = 0;  ///< s of the episode's clock
};

MOTUS_HD inline int task_obs_size(TaskKind task) {
  return task == TaskKind::location ? 2 : task == TaskKind::steering ? 5 : 0;
}

/// A new target from four uniform numbers in [0, 1).
MOTUS_HD inline void draw_target(const TaskOptions& o, const float root[2], float now,
                                 const float u[4], Target& out) {
  constexpr float kTurn = 6.283185307179586f;
  out.until = now + o.change_min + u[0] * (o.change_max - o.change_min);
  if (o.task == TaskKind::location) {
    const float d = o.dist_min + u[1] * (o.dist_max - o.dist_min);
    out.pos[0] = root[0] + d * std::cos(kTurn * u[2]);
    out.pos[1] = root[1] + d * std::sin(kTurn * u[2]);
  } else if (o.task == TaskKind::steering) {
    out.speed = o.speed_min + u[1] * (o.speed_max - o.speed_min);
    const float travel = o.rand_dir ? kTurn * (u[2] - 0.5f) : 0.0f;
    const float look = o.rand_face ? kTurn * (u[3] - 0.5f) : travel;
    out.dir[0] = std::cos(travel), out.dir[1] = std::sin(travel);
    out.face[0] = std::cos(look), out.face[1] = std::sin(look);
  }
}

/// What a velocity command (m/s ahead, m/s to the left, rad/s) makes of a steering target `dt` s
/// after it was `out`: the facing turns, the travel keeps its angle to it. dt = 0 begins at the
/// character's own heading.
MOTUS_HD inline void command_target(const float command[3], const float* snapshot, float dt,
                                    Target& out) {
  if (dt > 0) {
    const float c = std::cos(command[2] * dt), s = std::sin(command[2] * dt);
    const float x = out.face[0], y = out.face[1];
    out.face[0] = c * x - s * y, out.face[1] = s * x + c * y;
  } else {
    const Heading h = heading_of(snapshot + SnapshotLayout::kRootRot);
    out.face[0] = h.c, out.face[1] = h.s;
  }
  out.speed = std::sqrt(command[0] * command[0] + command[1] * command[1]);
  // standing still has no way to go but the one it faces
  const float ahead = out.speed > 0 ? command[0] / out.speed : 1.0f;
  const float left = out.speed > 0 ? command[1] / out.speed : 0.0f;
  out.dir[0] = ahead * out.face[0] - left * out.face[1];
  out.dir[1] = ahead * out.face[1] + left * out.face[0];
}

/// The task's part of the policy's view, in the heading frame. Returns the end.
MOTUS_HD inline float* task_obs(const TaskOptions& o, const float* snapshot, const Target& t,
                                float* out) {
  const Heading h = heading_of(snapshot + SnapshotLayout::kRootRot);
  const auto local = [&](float x, float y) {
    *out++ = h.c * x + h.s * y;
    *out++ = h.c * y - h.s * x;
  };
  if (o.task == TaskKind::location) {
    local(t.pos[0] - snapshot[0], t.pos[1] - snapshot[1]);
  } else if (o.task == TaskKind::steering) {
    local(t.dir[0], t.dir[1]);
    *out++ = t.speed;
    local(t.face[0], t.face[1]);
  }
  return out;
}

/// Reward in [0, 1] of the step that led from `before` (x, y of the root) to `snapshot`.
MOTUS_HD inline float task_reward(const TaskOptions& o, const float* snapshot,
                                  const float before[2], float dt, const Target& t) {
  if (o.task == TaskKind::none) return 0;
  const Heading h = heading_of(snapshot + SnapshotLayout::kRootRot);
  const float vx = (snapshot[0] - before[0]) / dt, vy = (snapshot[1] - before[1]) / dt;
  if (o.task == TaskKind::location) {
    const float x = t.pos[0] - snapshot[0], y = t.pos[1] - snapshot[1];
    const float d2 = x * x + y * y;
    float move = 1, face = 1;
    if (d2 >= o.dist_threshold) {
      const float d = std::sqrt(d2), along = (x * vx + y * vy) / d;
      const float lack = std::fmax(0.0f, o.speed - along);
      move = along > 0 ? std::exp(-o.vel_err_scale * lack * lack) : 0.0f;
      face = std::fmax(0.0f, (x * h.c + y * h.s) / d);
    }
    return o.pos_w * std::exp(-o.pos_err_scale * d2) + o.vel_w * move + o.face_w * face;
  }
  const float ex = t.speed * t.dir[0] - vx, ey = t.speed * t.dir[1] - vy;
  const float along = t.dir[0] * vx + t.dir[1] * vy;
  const float move = along < 0 ? 0.0f : std::exp(-o.steer_vel_scale * (ex * ex + ey * ey));
  const float face = std::fmax(0.0f, t.face[0] * h.c + t.face[1] * h.s);
  return o.steer_w * move + o.steer_face_w * face;
}

// ---- a velocity of the base --------------------------------------------------------------------

struct VelocityCommand {
  float vx = 0, vy = 0;  ///< m/s ahead and to the left
  float wz = 0;          ///< rad/s to the left
};

/// A new command from three uniform numbers in [0, 1).
MOTUS_HD inline VelocityCommand draw_command(const VelocityOptions& o, const float u[3]) {
  VelocityCommand c{o.vx_min + u[0] * (o.vx_max - o.vx_min),
                    o.vy_min + u[1] * (o.vy_max - o.vy_min),
                    o.wz_min + u[2] * (o.wz_max - o.wz_min)};
  if (c.vx * c.vx + c.vy * c.vy <= o.still * o.still) c.vx = c.vy = 0;
  return c;
}

/// dt (w_lin exp(-|v_xy - c_xy|^2 / sigma) + w_ang exp(-(w_z - c_z)^2 / sigma)), velocities in the
/// base's own axes.
MOTUS_HD inline float velocity_reward(const VelocityOptions& o, const float* snapshot,
                                      const VelocityCommand& c, float dt) {
  const float* q = snapshot + SnapshotLayout::kRootRot;
  const float back[4] = {q[0], -q[1], -q[2], -q[3]};
  float v[3], w[3];
  rotate(back, snapshot + SnapshotLayout::kRootVel, v);
  rotate(back, snapshot + SnapshotLayout::kRootAngVel, w);
  const float ex = c.vx - v[0], ey = c.vy - v[1], ez = c.wz - w[2];
  const float sum =
      o.lin_w * std::exp(-(ex * ex + ey * ey) / o.sigma) + o.ang_w * std::exp(-ez * ez / o.sigma);
  return std::fmax(0.0f, dt * sum);
}

// ---- dodgeball ---------------------------------------------------------------------------------

/// Far from the nearest ball, and in place: 0.9 (1 - exp(-0.3 d)) + 0.1 exp(-|v_xy|^2).
MOTUS_HD inline float dodgeball_reward(float nearest, float vx, float vy) {
  return 0.9f * (1 - std::exp(-0.3f * nearest)) + 0.1f * std::exp(-(vx * vx + vy * vy));
}

}  // namespace motus::sim
