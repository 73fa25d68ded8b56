#pragma once
// Motions made here, and how far apart two are.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "formats/amp_humanoid.h"
#include "formats/format.h"
#include "motion/kinematics.h"
#include "tests/catch.h"

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

inline SkeletonPtr amp() {
  std::vector<Vec3> rest;
  for (const formats::AmpBody& b : formats::amp_bodies()) rest.emplace_back(b.x, b.y, b.z);
  return formats::amp_skeleton(rest);
}

/// The same motion as a character.
inline Clip as_character(const Clip& robot) {
  Clip c = robot;
  Skeleton::Spec spec = robot.skeleton->spec();
  spec.kind = SkeletonKind::character;
  spec.joints.clear();
  spec.dofs.clear();
  c.skeleton = Skeleton::build(spec);
  c.local_rot = Frames(c.frames(), 4 * c.skeleton->body_count());
  std::vector<Quat> q;
  for (int f = 0; f < c.frames(); ++f) {
    joint_rotations(robot, f, q);
    for (int b = 0; b < c.skeleton->body_count(); ++b) {
      Clip::set_quat(c.local_rot, f, b, q[static_cast<size_t>(b)]);
    }
  }
  c.dof_pos.resize(0, 0);
  return c;
}

inline std::vector<std::byte> write(const std::string& format, const Clip& clip,
                                    const formats::WriteOptions& options = {}) {
  return formats::find_format(format).write(std::span(&clip, 1), options);
}

inline Clip read_back(const std::vector<std::byte>& bytes, const std::string& skeleton = "") {
  formats::ReadOptions options;
  options.skeleton = skeleton;
  return formats::read(bytes, "", options)[0];
}

inline double difference(const Frames& a, const Frames& b) {
  REQUIRE(a.rows() == b.rows());
  REQUIRE(a.cols() == b.cols());
  return a.size() ? (a - b).cwiseAbs().maxCoeff() : 0;
}

/// Largest angle between rotations, rad.
inline double turn(const Frames& a, const Frames& b) {
  REQUIRE(a.rows() == b.rows());
  REQUIRE(a.cols() == b.cols());
  double worst = 0;
  for (int f = 0; f < a.rows(); ++f) {
    for (int i = 0; i < a.cols() / 4; ++i) {
      worst = std::max(worst, Clip::quat_at(a, f, i).angularDistance(Clip::quat_at(b, f, i)));
    }
  }
  return worst;
}

inline std::string warnings(const Clip& c) {
  std::string out;
  for (const std::string& w : c.source.warnings) out += w + "\n";
  return out;
}

}  // namespace motus
