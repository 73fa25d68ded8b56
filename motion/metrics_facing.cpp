// Which way a figure faces, from what its bodies are for.
#include <cmath>

#include "motion/kinematics.h"
#include "motion/metrics.h"

namespace motus {

namespace {

Vec3 flat(Vec3 v) {
  v.z() = 0;
  return v;
}

/// A leg by its roles, or -1 where one is missing.
struct Leg {
  int hip, knee, ankle;
  bool dog;
};

std::vector<Leg> legs(const Skeleton& s) {
  std::vector<Leg> out;
  for (const char* side : {"left", "right"}) {
    const std::string p(side);
    out.push_back({s.role(p + "_upper_leg"), s.role(p + "_lower_leg"), s.role(p + "_foot"), false});
  }
  for (const char* corner : {"front_left", "front_right", "rear_left", "rear_right"}) {
    const std::string p(corner);
    out.push_back({s.role(p + "_thigh"), s.role(p + "_calf"), s.role(p + "_foot"), true});
  }
  std::erase_if(out, [](const Leg& l) { return l.hip < 0 || l.knee < 0 || l.ankle < 0; });
  return out;
}

}  // namespace

Facing facing(const Skeleton& s, const std::vector<Vec3>& pos) {
  Facing out;
  const auto at = [&](int body) { return pos[static_cast<size_t>(body)]; };
  const int fl = s.role("front_left_hip"), fr = s.role("front_right_hip");
  const int rl = s.role("rear_left_hip"), rr = s.role("rear_right_hip");
  if (fl >= 0 && fr >= 0 && rl >= 0 && rr >= 0) {
    out.left = flat(at(fl) + at(rl) - at(fr) - at(rr));
    out.forward = flat(at(fl) + at(fr) - at(rl) - at(rr));
  } else {
    const int lh = s.role("left_upper_leg"), rh = s.role("right_upper_leg");
    if (lh < 0 || rh < 0) return out;
    out.left = flat(at(lh) - at(rh));
    for (const char* side : {"left", "right"}) {
      const int foot = s.role(std::string(side) + "_foot"),
                toe = s.role(std::string(side) + "_toe");
      if (foot >= 0 && toe >= 0 && toe != foot) out.forward += flat(at(toe) - at(foot));
    }
  }
  const double l = out.left.norm(), f = out.forward.norm();
  if (l < 1e-6 || f < 1e-6) return out;
  out.left /= l;
  out.forward /= f;
  out.known = true;
  return out;
}

double handedness(const Clip& clip) {
  double sum = 0;
  int count = 0;
  for (int f = 0; f < clip.frames(); ++f) {
    const Facing w = facing(*clip.skeleton, forward(clip, f).pos);
    if (!w.known) continue;
    sum += Vec3::UnitZ().cross(w.forward).dot(w.left);
    ++count;
  }
  return count > 0 ? sum / count : 0;
}

double knee_direction(const Clip& clip) {
  const Skeleton& s = *clip.skeleton;
  double sum = 0;
  int count = 0;
  for (int f = 0; f < clip.frames(); ++f) {
    const BodyPoses poses = forward(clip, f);
    const auto at = [&](int body) { return poses.pos[static_cast<size_t>(body)]; };
    const Facing w = facing(s, poses.pos);
    for (const Leg& leg : legs(s)) {
      Vec3 ahead = w.forward;
      if (!w.known) {
        // robots without toes face along the root's x axis
        if (s.kind() != SkeletonKind::robot) continue;
        ahead = heading_rotation(poses.rot[0]) * Vec3::UnitX();
      }
      const Vec3 line = at(leg.ankle) - at(leg.hip), bend = at(leg.knee) - at(leg.hip);
      const double length = line.norm();
      if (length < 1e-6) continue;
      const Vec3 off = bend - line * (bend.dot(line) / (length * length));
      sum += off.dot(ahead) / length * (leg.dog ? -1 : 1);
      ++count;
    }
  }
  return count > 0 ? sum / count : 0;
}

double mean_forward_speed(const Clip& clip) {
  if (clip.frames() < 2) return 0;
  const Skeleton& s = *clip.skeleton;
  double sum = 0;
  for (int f = 0; f + 1 < clip.frames(); ++f) {
    Vec3 ahead = heading_rotation(clip.root_rot_at(f)) * Vec3::UnitX();
    if (s.kind() == SkeletonKind::character) {
      const int l = s.role("left_upper_leg"), r = s.role("right_upper_leg");
      if (l >= 0 && r >= 0) {
        const BodyPoses p = forward(clip, f);
        const Vec3 left = flat(p.pos[static_cast<size_t>(l)] - p.pos[static_cast<size_t>(r)]);
        if (left.norm() > 1e-6) ahead = left.normalized().cross(Vec3::UnitZ());
      }
    }
    sum += (clip.root_pos_at(f + 1) - clip.root_pos_at(f)).dot(ahead);
  }
  return sum * clip.fps / (clip.frames() - 1);
}

}  // namespace motus
