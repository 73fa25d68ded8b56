// Rules about the figure in its world: floor, facing, size.
#include <algorithm>
#include <cmath>

#include "motion/check_rules.h"
#include "motion/kinematics.h"

namespace motus::rules {

namespace {

const std::string& body_name(const CheckSubject& s, int body) {
  return s.skeleton().bodies()[static_cast<size_t>(body)].name;
}

double median(std::vector<double> v) {
  const auto mid = v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2);
  std::nth_element(v.begin(), mid, v.end());
  return *mid;
}

}  // namespace

void foot_slide(const CheckSubject& s, Findings& out) {
  const FloorTracks& t = s.tracks();
  if (t.points.empty()) return out.skip("no feet are known");
  // mm/s. Without a shape the point that touches is a guess; a ball for a foot rolls, and its centre
  // moves by radius times turn
  const bool four_legs = s.skeleton().role("front_left_foot") >= 0;
  const double limit = s.robot() ? 50 : four_legs ? 150 : 75;
  for (const int foot : feet(t)) {
    const Slide now = slide(t, foot);
    if (1000 * now.mean > limit)
      out.add(now.first, now.last, body_name(s, foot), 1000 * now.mean, limit, "mm/s");
  }
}

void floor_penetration(const CheckSubject& s, Findings& out) {
  constexpr double kDepth = 10;  // mm
  const FloorTracks& t = s.tracks();
  if (!s.robot() || t.points.empty()) return out.skip("no collision shapes are known");
  for (int body = 0; body < s.skeleton().body_count(); ++body) {
    std::vector<double> depth(static_cast<size_t>(s.clip().frames()), 0.0);
    for (int p = 0; p < static_cast<int>(t.points.size()); ++p) {
      if (t.points[static_cast<size_t>(p)].body != body) continue;
      for (size_t f = 0; f < depth.size(); ++f) {
        depth[f] = std::max(depth[f], -1000 * t.clearance(static_cast<Eigen::Index>(f), p));
      }
    }
    for (const Run& r : runs_above(depth, kDepth)) {
      out.add(r.first, r.last, body_name(s, body), r.peak, kDepth, "mm");
    }
  }
}

void floating(const CheckSubject& s, Findings& out) {
  constexpr double kHeight = 30;  // mm
  const FloorTracks& t = s.tracks();
  if (!s.robot() || t.points.empty()) return out.skip("no collision shapes are known");
  const std::vector<double> lowest = lowest_clearance(t);
  const auto least = std::min_element(lowest.begin(), lowest.end());
  if (1000 * *least > kHeight) out.add(0, s.clip().frames() - 1, "", 1000 * *least, kHeight, "mm");
}

void mirrored(const CheckSubject& s, Findings& out) {
  const double h = handedness(s.clip());
  if (h == 0) return out.skip("hips and toes are not known");
  if (h < 0) out.add(0, s.clip().frames() - 1, "", h, 0, "");
}

void knee_backwards(const CheckSubject& s, Findings& out) {
  // a straight leg's sign is noise
  constexpr double kLeast = 0.01;
  const double k = knee_direction(s.clip());
  if (k == 0) return out.skip("legs are not known");
  if (k < -kLeast) out.add(0, s.clip().frames() - 1, "", k, -kLeast, "of the leg");
}

void moves_backwards(const CheckSubject& s, Findings& out) {
  constexpr double kSpeed = 0.3;  // m/s
  const bool hips = s.skeleton().role("left_upper_leg") >= 0;
  if (s.skeleton().kind() == SkeletonKind::character && !hips) {
    return out.skip("hips are not known");
  }
  const double speed = mean_forward_speed(s.clip());
  if (speed < -kSpeed) out.add(0, s.clip().frames() - 1, "", speed, -kSpeed, "m/s");
}

void up_axis(const CheckSubject& s, Findings& out) {
  constexpr double kCosine = 0.3;  // 73 degrees from upright
  const Clip& c = s.clip();
  const int head = s.skeleton().role("head"), left = s.skeleton().role("left_foot"),
            right = s.skeleton().role("right_foot");
  const bool standing = head >= 0 && left >= 0 && right >= 0;
  if (!standing && s.skeleton().kind() == SkeletonKind::character) {
    return out.skip("head and feet are not known");
  }
  std::vector<double> up;
  for (int f = 0; f < c.frames(); ++f) {
    if (standing) {
      const BodyPoses p = forward(c, f);
      const auto at = [&](int b) { return p.pos[static_cast<size_t>(b)]; };
      const Vec3 line = at(head) - 0.5 * (at(left) + at(right));
      up.push_back(line.norm() > 1e-6 ? line.z() / line.norm() : 0);
    } else {
      up.push_back((c.root_rot_at(f) * Vec3::UnitZ()).z());
    }
  }
  const double m = median(std::move(up));
  if (m < kCosine) out.add(0, c.frames() - 1, "", m, kCosine, "cosine to vertical");
}

void size(const CheckSubject& s, Findings& out) {
  constexpr double kLeast = 0.2, kMost = 4;  // m
  // the figure's extent in its rest pose
  const Skeleton& k = s.skeleton();
  std::vector<Quat> rest(static_cast<size_t>(k.body_count()), Quat::Identity());
  BodyPoses p;
  forward(k, Vec3::Zero(), Quat::Identity(), rest, p);
  Vec3 low = Vec3::Zero(), high = Vec3::Zero();
  for (const Vec3& at : p.pos) low = low.cwiseMin(at), high = high.cwiseMax(at);
  for (const EndSite& e : k.end_sites()) {
    const size_t b = static_cast<size_t>(e.body);
    const Vec3 at = p.pos[b] + p.rot[b] * e.pos;
    low = low.cwiseMin(at), high = high.cwiseMax(at);
  }
  const double extent = (high - low).maxCoeff();
  if (extent < kLeast) out.add(0, s.clip().frames() - 1, "", extent, kLeast, "m");
  if (extent > kMost) out.add(0, s.clip().frames() - 1, "", extent, kMost, "m");
}

}  // namespace motus::rules
