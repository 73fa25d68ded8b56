#pragma once
// A standing figure for tests: pelvis, head, two legs with feet and toes, facing +x, as a character
// or as a robot with hinges in the knees.
#include "motion/check.h"
#include "motion/clip.h"

namespace motus {

inline Skeleton::Spec figure_spec(SkeletonKind kind) {
  Skeleton::Spec s;
  s.name = "figure";
  s.kind = kind;
  s.bodies = {{.name = "pelvis"},
              {.name = "head", .parent = 0, .rest_pos = Vec3(0, 0, 0.7)},
              {.name = "l_thigh", .parent = 0, .rest_pos = Vec3(0, 0.1, 0)},
              {.name = "l_shin", .parent = 2, .rest_pos = Vec3(0.05, 0, -0.4)},
              {.name = "l_foot", .parent = 3, .rest_pos = Vec3(-0.05, 0, -0.4)},
              {.name = "l_toe", .parent = 4, .rest_pos = Vec3(0.15, 0, -0.05)},
              {.name = "r_thigh", .parent = 0, .rest_pos = Vec3(0, -0.1, 0)},
              {.name = "r_shin", .parent = 6, .rest_pos = Vec3(0.05, 0, -0.4)},
              {.name = "r_foot", .parent = 7, .rest_pos = Vec3(-0.05, 0, -0.4)},
              {.name = "r_toe", .parent = 8, .rest_pos = Vec3(0.15, 0, -0.05)}};
  s.roles = {{"pelvis", 0},     {"head", 1},     {"left_upper_leg", 2},  {"left_lower_leg", 3},
             {"left_foot", 4},  {"left_toe", 5}, {"right_upper_leg", 6}, {"right_lower_leg", 7},
             {"right_foot", 8}, {"right_toe", 9}};
  if (kind == SkeletonKind::robot) {
    s.joints = {{.name = "neck", .body = 1, .axis = Vec3::UnitZ()},
                {.name = "l_knee", .body = 3, .axis = Vec3::UnitY()},
                {.name = "r_knee", .body = 7, .axis = Vec3::UnitY()}};
    s.dofs = {{.name = "neck", .lower = -1, .upper = 1},
              {.name = "l_knee", .lower = 0, .upper = 2},
              {.name = "r_knee", .lower = 0, .upper = 2}};
  }
  return s;
}

/// Two seconds of standing, the head turning to and fro; nothing is wrong with it.
inline Clip standing(SkeletonPtr skeleton) {
  Clip c;
  c.name = "standing";
  c.skeleton = std::move(skeleton);
  c.fps = 30;
  const int frames = 61;
  c.root_pos = Frames::Zero(frames, 3);
  c.root_pos.col(2).setConstant(0.85);
  c.root_rot = Frames::Zero(frames, 4);
  c.root_rot.col(0).setOnes();
  const bool robot = c.skeleton->kind() == SkeletonKind::robot;
  if (robot) {
    c.dof_pos = Frames::Zero(frames, c.skeleton->dof_count());
  } else {
    c.local_rot = Frames::Zero(frames, 4 * c.skeleton->body_count());
  }
  for (int f = 0; f < frames; ++f) {
    const double angle = 0.5 * std::sin(2 * M_PI * (f + 0.3) / 60);
    if (robot) {
      c.dof_pos(f, 0) = angle;
      continue;
    }
    for (int b = 0; b < c.skeleton->body_count(); ++b) {
      Clip::set_quat(c.local_rot, f, b, b == 1 ? yaw_rotation(angle) : Quat::Identity());
    }
  }
  return c;
}

inline Clip standing_character() {
  return standing(Skeleton::build(figure_spec(SkeletonKind::character)));
}

/// The figure as a robot whose soles are points below heel and toe.
inline Robot figure_robot() {
  Robot r;
  r.name = "figure";
  r.skeleton = Skeleton::build(figure_spec(SkeletonKind::robot));
  r.foot_bodies = {"l_foot", "r_foot"};
  for (const int foot : {4, 8}) {
    for (const double x : {0.0, 0.15}) {
      r.collision_points.push_back({.body = foot, .pos = Vec3(x, 0, -0.04), .radius = 0.01});
    }
  }
  r.collision_points.push_back({.body = 1, .radius = 0.1});
  return r;
}

}  // namespace motus
