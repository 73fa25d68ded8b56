#pragma once
// Clips for retargeting tests: the shipped walk, its mirror image, and a jump on the spot.
#include <fstream>
#include <iterator>

#include "formats/format.h"
#include "formats/mjcf.h"
#include "motion/metrics.h"
#include "retarget/retarget.h"
#include "tests/source_dir.h"

namespace motus {

inline Clip shipped_clip(const std::string& name) {
  std::ifstream in(std::string(source_dir()) + "/data/clips/" + name, std::ios::binary);
  const std::vector<char> text((std::istreambuf_iterator<char>(in)), {});
  formats::ReadOptions options;
  options.name = name;
  return formats::read(std::as_bytes(std::span(text)), "", options)[0];
}

inline Clip walk() {
  return shipped_clip("walk.bvh");
}

inline retarget::RobotBody robot_body(const std::string& name) {
  return retarget::RobotBody(formats::load_robot(name));
}

/// All joints lie within their limits, to rounding of a ball's angles.
inline bool dofs_within_limits(const Clip& clip) {
  return limit_excess(clip).maxCoeff() < 1e-9;
}

/// "LeftFoot" for "RightFoot" and back; other names as they are.
inline std::string other_side(std::string name) {
  for (const auto& [a, b] : {std::pair<std::string, std::string>("Left", "Right"),
                             {"Right", "Left"},
                             {"left", "right"},
                             {"right", "left"}}) {
    if (name.rfind(a, 0) == 0) return b + name.substr(a.size());
  }
  return name;
}

/// The motion seen in a mirror, on the same (symmetric) skeleton. `normal` is the body's left in the
/// skeleton's own axes (0, 1, 2), and in the world.
inline Clip mirrored(const Clip& clip, int normal) {
  Clip out = clip;
  const Skeleton& s = *clip.skeleton;
  const auto reflect = [&](const Quat& q) {
    Vec3 v = -q.vec();
    v[normal] = -v[normal];
    return Quat(q.w(), v.x(), v.y(), v.z());
  };
  for (int f = 0; f < clip.frames(); ++f) {
    out.root_pos(f, normal) = -clip.root_pos(f, normal);
    Clip::set_quat(out.root_rot, f, 0, reflect(clip.root_rot_at(f)));
    for (int b = 1; b < s.body_count(); ++b) {
      const int from = s.find_body(other_side(s.bodies()[static_cast<size_t>(b)].name));
      Clip::set_quat(out.local_rot, f, b, reflect(clip.local_rot_at(f, from)));
    }
  }
  return out;
}

/// The walk's first pose, standing, then in the air for half a second, then standing.
inline Clip jump(double apex) {
  const Clip w = walk();
  Clip out = w;
  const int stand = 40, flight = 30, frames = 2 * stand + flight;
  out.root_pos.resize(frames, 3);
  out.root_rot.resize(frames, 4);
  out.local_rot.resize(frames, w.local_rot.cols());
  for (int f = 0; f < frames; ++f) {
    out.root_pos.row(f) = w.root_pos.row(0);
    out.root_rot.row(f) = w.root_rot.row(0);
    out.local_rot.row(f) = w.local_rot.row(0);
    const double t = static_cast<double>(f - stand) / flight;
    if (t > 0 && t < 1) out.root_pos(f, 2) += 4 * apex * t * (1 - t);
  }
  return out;
}

}  // namespace motus
