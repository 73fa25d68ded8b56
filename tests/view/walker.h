#pragma once
// A small person who walks along x, and a robot arm: clips for the tests of this room.
#include <cmath>

#include "motion/clip.h"
#include "tests/motion/arm.h"

namespace motus {

/// 1.6 m tall: trunk, head, arms, legs with feet; a character.
inline SkeletonPtr person() {
  Skeleton::Spec s;
  s.name = "person";
  s.bodies = {{.name = "Hips"},
              {.name = "Chest", .parent = 0, .rest_pos = Vec3(0, 0, 0.30)},
              {.name = "Head", .parent = 1, .rest_pos = Vec3(0, 0, 0.25)},
              {.name = "LeftArm", .parent = 1, .rest_pos = Vec3(0, 0.18, 0.15)},
              {.name = "LeftForeArm", .parent = 3, .rest_pos = Vec3(0, 0, -0.28)},
              {.name = "RightArm", .parent = 1, .rest_pos = Vec3(0, -0.18, 0.15)},
              {.name = "RightForeArm", .parent = 5, .rest_pos = Vec3(0, 0, -0.28)},
              {.name = "LeftUpLeg", .parent = 0, .rest_pos = Vec3(0, 0.10, -0.05)},
              {.name = "LeftLeg", .parent = 7, .rest_pos = Vec3(0, 0, -0.40)},
              {.name = "LeftFoot", .parent = 8, .rest_pos = Vec3(0, 0, -0.40)},
              {.name = "RightUpLeg", .parent = 0, .rest_pos = Vec3(0, -0.10, -0.05)},
              {.name = "RightLeg", .parent = 10, .rest_pos = Vec3(0, 0, -0.40)},
              {.name = "RightFoot", .parent = 11, .rest_pos = Vec3(0, 0, -0.40)}};
  s.end_sites = {{.name = "top", .body = 2, .pos = Vec3(0, 0, 0.2)},
                 {.name = "left_hand", .body = 4, .pos = Vec3(0, 0, -0.25)},
                 {.name = "right_hand", .body = 6, .pos = Vec3(0, 0, -0.25)},
                 {.name = "left_toe", .body = 9, .pos = Vec3(0.2, 0, -0.03)},
                 {.name = "right_toe", .body = 12, .pos = Vec3(0.2, 0, -0.03)}};
  return Skeleton::build(s);
}

/// Two seconds of steps at `speed` m/s in the direction `way` (rad about z).
inline Clip walker(double speed = 1, double way = 0) {
  Clip c;
  c.name = "walk";
  c.skeleton = person();
  c.fps = 30;
  const int frames = 61, bodies = c.skeleton->body_count();
  c.root_pos.resize(frames, 3);
  c.root_rot.resize(frames, 4);
  c.local_rot = Frames::Zero(frames, 4 * bodies);
  for (int f = 0; f < frames; ++f) {
    const double t = f / c.fps, phase = 2 * M_PI * t;
    c.root_pos.row(f) << speed * t * std::cos(way), speed * t * std::sin(way), 0.88;
    Clip::set_quat(c.root_rot, f, 0, yaw_rotation(way));
    for (int b = 0; b < bodies; ++b) Clip::set_quat(c.local_rot, f, b, Quat::Identity());
    const auto swing = [&](const char* body, double angle) {
      Clip::set_quat(c.local_rot, f, c.skeleton->find_body(body),
                     Quat(Eigen::AngleAxisd(angle, Vec3::UnitY())));
    };
    swing("LeftUpLeg", -0.5 * std::sin(phase));
    swing("RightUpLeg", 0.5 * std::sin(phase));
    swing("LeftLeg", 0.4 + 0.4 * std::cos(phase));
    swing("RightLeg", 0.4 - 0.4 * std::cos(phase));
    swing("LeftArm", 0.5 * std::sin(phase));
    swing("RightArm", -0.5 * std::sin(phase));
  }
  return c;
}

}  // namespace motus
