#include <algorithm>
#include <cmath>

#include "retarget/frames.h"
#include "retarget/measure_parts.h"

namespace motus::retarget {

namespace {

size_t z(int i) {
  return static_cast<size_t>(i);
}

double angle(const Vec3& a, const Vec3& b) {
  return std::atan2(a.cross(b).norm(), a.dot(b));
}

/// Which way a body faces by the line across its hips, if it is not lying on its side.
bool facing(const Vec3& left, double& heading) {
  if (left.head<2>().norm() < 0.5 * left.norm() || left.norm() < 1e-9) return false;
  heading = std::atan2(-left.x(), left.y());
  return true;
}

void measure_directions(const Figure& source, const Figure& robot, Measured& out) {
  Mean all, keys;
  const bool four = robot.legs.size() == 4;
  for (int frame = 0; frame < robot.frames(); ++frame) {
    const size_t f = z(frame);
    Mean here;
    const auto compare = [&](const Vec3& a, const Vec3& b) { here.add(angle(a, b)); };
    const auto limb = [&](const LimbTrack& s, const LimbTrack& r) {
      const Vec3 su = s.joint[f] - s.root[f], sl = s.end[f] - s.joint[f];
      const Vec3 ru = r.joint[f] - r.root[f], rl = r.end[f] - r.joint[f];
      const double size = r.length / s.length;
      if (four) {
        // legs of animals and machines bend where they like: the line from hip to foot is what counts
        compare(su + sl, ru + rl);
      } else {
        compare(su, ru);
        compare(sl, rl);
        keys.add((size * su - ru).norm());
      }
      keys.add((size * (su + sl) - (ru + rl)).norm());
    };
    for (size_t i = 0; i < robot.legs.size(); ++i) limb(source.legs[i], robot.legs[i]);
    const bool arms = source.arms.size() == robot.arms.size() && !robot.arms.empty();
    for (size_t i = 0; arms && i < robot.arms.size(); ++i) limb(source.arms[i], robot.arms[i]);
    if (arms) {
      compare(source.neck[f] - source.centre[f], robot.neck[f] - robot.centre[f]);
      compare(source.arms[0].root[f] - source.arms[1].root[f],
              robot.arms[0].root[f] - robot.arms[1].root[f]);
    }
    out.timeline.bone.push_back(here.value());
    all.add(here.value());
  }
  out.metrics.bone_angle = all.value();
  out.metrics.keypoint_error = keys.value();
}

BodyFit fit(const BodyTrack& source, const BodyTrack& robot) {
  MeanRotation offset;
  for (size_t f = 0; f < robot.rot.size(); ++f)
    offset.add(source.rot[f].conjugate() * robot.rot[f]);
  const Quat fixed = offset.mean();
  Mean error;
  for (size_t f = 0; f < robot.rot.size(); ++f)
    error.add((source.rot[f] * fixed).angularDistance(robot.rot[f]));
  return {robot.name, positive(fixed), error.value()};
}

}  // namespace

void measure_shape(const Figure& source, const Figure& robot, Measured& out) {
  Metrics& m = out.metrics;
  measure_directions(source, robot, out);
  Mean turns;
  for (const BodyTrack& r : robot.bodies) {
    for (const BodyTrack& s : source.bodies) {
      if (s.name != r.name) continue;
      out.bodies.push_back(fit(s, r));
      turns.add(out.bodies.back().error);
    }
  }
  for (size_t i = 0; i < robot.legs.size(); ++i)
    out.limbs.push_back({robot.legs[i].name, source.legs[i].length, robot.legs[i].length});
  for (size_t i = 0; i < std::min(source.arms.size(), robot.arms.size()); ++i)
    out.limbs.push_back({robot.arms[i].name, source.arms[i].length, robot.arms[i].length});
  m.orientation_error = turns.value();

  Mean path, height, heading, rise;
  for (size_t f = 0; f < robot.centre.size(); ++f)
    rise.add(robot.centre[f].z() / m.scale - source.centre[f].z());
  for (size_t f = 0; f < robot.centre.size(); ++f) {
    const Vec3 r = (robot.centre[f] - robot.centre[0]) / m.scale;
    const Vec3 s = source.centre[f] - source.centre[0];
    path.add((r - s).head<2>().norm());
    height.add(std::abs(robot.centre[f].z() / m.scale - source.centre[f].z() - rise.value()));
    double a = 0, b = 0;
    if (facing(source.left[f], a) && facing(robot.left[f], b))
      heading.add(std::abs(std::remainder(a - b, 2 * M_PI)));
  }
  m.path_error = path.value();
  m.height_error = height.value();
  m.heading_error = heading.value();
}

}  // namespace motus::retarget
