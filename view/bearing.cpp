#include "view/bearing.h"

#include <algorithm>
#include <cmath>

#include "motion/kinematics.h"
#include "view/sides.h"

namespace motus::view {

double facing(const Clip& clip, int frame) {
  const Skeleton& s = *clip.skeleton;
  const std::vector<Side> side = sides(s);
  const BodyPoses poses = forward(clip, frame);
  // where a limb leaves the trunk: these points swing least
  Vec3 left = Vec3::Zero(), right = Vec3::Zero();
  int lefts = 0, rights = 0;
  for (size_t b = 1; b < side.size(); ++b) {
    if (side[b] == Side::centre) continue;
    if (side[static_cast<size_t>(s.bodies()[b].parent)] != Side::centre) continue;
    (side[b] == Side::left ? left : right) += poses.pos[b];
    ++(side[b] == Side::left ? lefts : rights);
  }
  if (lefts > 0 && rights > 0) {
    const Vec3 across = left / lefts - right / rights;
    const Vec3 ahead = across.cross(Vec3::UnitZ());
    if (ahead.norm() > 1e-3) return std::atan2(ahead.y(), ahead.x());
  }
  return heading(clip.root_rot_at(frame));
}

double rest_extent(const Skeleton& s) {
  BodyPoses rest;
  const std::vector<Quat> still(static_cast<size_t>(s.body_count()), Quat::Identity());
  forward(s, Vec3::Zero(), Quat::Identity(), still, rest);
  Vec3 low = Vec3::Zero(), high = Vec3::Zero();
  for (const Vec3& p : rest.pos) {
    low = low.cwiseMin(p);
    high = high.cwiseMax(p);
  }
  for (const EndSite& e : s.end_sites()) {
    const size_t b = static_cast<size_t>(e.body);
    const Vec3 p = rest.pos[b] + rest.rot[b] * e.pos;
    low = low.cwiseMin(p);
    high = high.cwiseMax(p);
  }
  // a lone body has no extent but is drawn all the same
  const double longest = (high - low).maxCoeff();
  return longest > 1e-6 ? longest : 0.3;
}

double bearing(const Clip& clip, int first, int last) {
  const double extent = rest_extent(*clip.skeleton);
  Vec3 travel = Vec3::Zero();
  for (int f = first; f < last; ++f) {
    const Vec3 step = clip.root_pos_at(f + 1) - clip.root_pos_at(f);
    // half its height within a frame is a new episode's start, not a way gone
    if (std::hypot(step.x(), step.y()) < 0.5 * extent) travel += step;
  }
  if (std::hypot(travel.x(), travel.y()) > 0.25 * extent) return std::atan2(travel.y(), travel.x());
  double x = 0, y = 0;
  const int step = std::max(1, (last - first) / 32);
  for (int f = first; f <= last; f += step) {
    const double a = facing(clip, f);
    x += std::cos(a), y += std::sin(a);
  }
  return std::atan2(y, x);
}

}  // namespace motus::view
