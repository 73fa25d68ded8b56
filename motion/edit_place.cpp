#include "motion/edit_place.h"

#include <algorithm>
#include <cmath>

#include "motion/edit_channels.h"
#include "motion/error.h"
#include "motion/kinematics.h"
#include "motion/metrics.h"

namespace motus {

Clip translate(const Clip& clip, const Vec3& shift) {
  Clip out = clip;
  if (shift.isZero(0)) return out;
  out.root_pos.rowwise() += shift.transpose();
  move_channels(out, Quat::Identity(), shift);
  return out;
}

Clip turn(const Clip& clip, double angle) {
  Clip out = clip;
  if (angle == 0) return out;
  const Quat q = yaw_rotation(angle);
  Vec3 pivot = clip.root_pos_at(0);
  pivot.z() = 0;
  const Vec3 shift = pivot - q * pivot;
  for (int f = 0; f < clip.frames(); ++f) {
    out.root_pos.row(f) = (q * clip.root_pos_at(f) + shift).transpose();
    Clip::set_quat(out.root_rot, f, 0, q * clip.root_rot_at(f));
  }
  make_continuous(out.root_rot);
  move_channels(out, q, shift);
  return out;
}

double facing_angle(const Clip& clip, int frame) {
  if (clip.skeleton->kind() == SkeletonKind::character) {
    const Facing w = facing(*clip.skeleton, forward(clip, frame).pos);
    if (w.known) {
      // the hips tell the direction better than the toes, which turn out; the toes tell its sign
      Vec3 ahead = w.left.cross(Vec3::UnitZ());
      if (ahead.dot(w.forward) < 0) ahead = -ahead;
      return std::atan2(ahead.y(), ahead.x());
    }
  }
  return heading(clip.root_rot_at(frame));
}

Clip face(const Clip& clip, double angle) {
  return turn(clip, std::remainder(angle - facing_angle(clip, 0), 2 * M_PI));
}

std::vector<double> lowest_points(const Clip& clip, const Robot* robot) {
  std::vector<FloorPoint> points;
  if (robot) points = floor_points(*robot);
  if (points.empty()) {
    const Skeleton& s = *clip.skeleton;
    for (int b = 0; b < s.body_count(); ++b) points.push_back({.body = b});
    for (const EndSite& e : s.end_sites()) points.push_back({.body = e.body, .pos = e.pos});
  }
  return lowest_clearance(floor_tracks(clip, std::move(points), OwnFloor::no));
}

Clip ground(const Clip& clip, const Robot* robot) {
  const std::vector<double> low = lowest_points(clip, robot);
  return translate(clip, Vec3(0, 0, -*std::min_element(low.begin(), low.end())));
}

Clip scale(const Clip& clip, double factor) {
  require(std::isfinite(factor) && factor > 0, Kind::usage, "cannot scale by {}", factor);
  if (factor == 1) return clip;
  require(clip.skeleton->kind() == SkeletonKind::character, Kind::usage,
          "clip '{}' moves the robot '{}', whose size is its own", clip.name,
          clip.skeleton->name());
  Clip out = clip;
  Skeleton::Spec spec = clip.skeleton->spec();
  for (Body& b : spec.bodies) b.rest_pos *= factor;
  for (EndSite& e : spec.end_sites) e.pos *= factor;
  out.skeleton = Skeleton::build(std::move(spec));
  out.root_pos *= factor;
  if (out.terrain) {
    Terrain& t = *out.terrain;
    t.heights *= factor, t.origin_x *= factor, t.origin_y *= factor, t.spacing *= factor;
  }
  for (auto& [name, c] : out.channels) {
    if (c.units == "m" || c.units == "m/s") c.data *= factor;
  }
  return out;
}

}  // namespace motus
