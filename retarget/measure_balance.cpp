#include <algorithm>
#include <cmath>

#include "retarget/measure_parts.h"
#include "retarget/model.h"

namespace motus::retarget {

namespace {

constexpr double kGravity = 9.81;     // m/s^2
constexpr double kContact = 0.015;    // m, of the lowest point above the floor
constexpr double kTouch = 0.003;      // m, of points of a sole above its lowest that touch
constexpr double kSoleHeight = 0.02;  // m, of points that count as the support

using Vec2 = Eigen::Vector2d;

double turn(const Vec2& a, const Vec2& b, const Vec2& c) {
  return (b - a).x() * (c - a).y() - (b - a).y() * (c - a).x();
}

double distance(const Vec2& p, const Vec2& a, const Vec2& b) {
  const Vec2 d = b - a;
  const double n = d.squaredNorm();
  const double t = n > 0 ? std::clamp((p - a).dot(d) / n, 0.0, 1.0) : 0.0;
  return (p - a - t * d).norm();
}

}  // namespace

double distance_outside(const Vec2& p, std::vector<Vec2> points) {
  if (points.empty()) return 0;
  std::sort(points.begin(), points.end(), [](const Vec2& a, const Vec2& b) {
    return a.x() < b.x() || (a.x() == b.x() && a.y() < b.y());
  });
  // Andrew's monotone chain, counter-clockwise
  std::vector<Vec2> hull;
  for (int pass = 0; pass < 2; ++pass) {
    const size_t keep = hull.size();
    for (const Vec2& q : points) {
      while (hull.size() >= keep + 2 && turn(hull[hull.size() - 2], hull.back(), q) <= 0)
        hull.pop_back();
      hull.push_back(q);
    }
    hull.pop_back();
    std::reverse(points.begin(), points.end());
  }
  if (hull.empty()) return (p - points[0]).norm();
  bool inside = hull.size() > 2;
  double nearest = 1e300;
  for (size_t i = 0; i < hull.size(); ++i) {
    const Vec2 &a = hull[i], &b = hull[(i + 1) % hull.size()];
    inside = inside && turn(a, b, p) >= 0;
    nearest = std::min(nearest, distance(p, a, b));
  }
  return inside ? 0 : nearest;
}

double unsupported(const Vec3& force, bool contact) {
  if (!contact) return force.norm();
  const double flat = force.head<2>().norm(), up = force.z();
  if (flat <= up) return 0;
  if (flat <= -up) return force.norm();  // the cone's tip is nearest
  return (flat - up) / std::sqrt(2.0);
}

namespace {

/// A sole in the world.
struct Sole {
  std::vector<Vec3> centres;  ///< of its spheres
  Quat foot = Quat::Identity();
};

/// How far (m) the points of a sole that touch in both frames move over the floor, on average; where
/// none does, the one that is nearest to it.
double slide(const Foot& foot, const Sole& before, const Sole& now) {
  const auto height = [&](const Sole& s, size_t k) {
    return s.centres[k].z() - foot.sole[k].radius;
  };
  double floor0 = 1e300, floor1 = 1e300;
  for (size_t k = 0; k < foot.sole.size(); ++k) {
    floor0 = std::min(floor0, height(before, k));
    floor1 = std::min(floor1, height(now, k));
  }
  const Quat turned = now.foot * before.foot.conjugate();
  double sum = 0, nearest = 1e300, of_nearest = 0;
  int n = 0;
  for (size_t k = 0; k < foot.sole.size(); ++k) {
    // the lowest point of a sphere is carried by the foot, while the sphere rolls on to another; a
    // foot that is one sphere is taken as a point
    const Vec3 down(0, 0, foot.sole.size() > 1 ? -foot.sole[k].radius : 0.0);
    const double moved =
        (now.centres[k] - before.centres[k] + turned * down - down).head<2>().norm();
    const double above = std::max(height(before, k) - floor0, height(now, k) - floor1);
    if (above < kTouch) sum += moved, ++n;
    if (above < nearest) nearest = above, of_nearest = moved;
  }
  return n > 0 ? sum / n : of_nearest;
}

}  // namespace

Ground ground(const Clip& clip, const RobotBody& body) {
  Ground g;
  const size_t legs = body.rig.legs.size();
  const Robot& robot = body.robot;
  g.sole.resize(legs);
  g.slide.resize(legs);
  std::vector<Sole> soles(legs), before(legs);
  const bool weighs = robot.masses.size() == static_cast<size_t>(clip.skeleton->body_count());
  std::vector<Vec2> support;
  Model model(clip.skeleton);
  State state;
  for (int f = 0; f < clip.frames(); ++f) {
    state.root_pos = clip.root_pos_at(f);
    state.root_rot = clip.root_rot_at(f);
    state.dofs = clip.dof_pos.row(f);
    model.update(state);
    double lowest = 1e300;
    support.clear();
    for (size_t i = 0; i < legs; ++i) {
      const Leg& leg = body.rig.legs[i];
      const Vec3 ankle = model.at(leg.foot, leg.ankle.pos);
      const Quat foot =
          model.rot(leg.foot) * body.zero.rot[static_cast<size_t>(leg.foot)].conjugate();
      g.sole[i].push_back(sole_height(body.feet[i], ankle, foot));
      lowest = std::min(lowest, g.sole[i].back());
      soles[i].centres.clear();
      soles[i].foot = foot;
      for (const SolePoint& s : body.feet[i].sole) {
        const Vec3 at = ankle + foot * s.pos;
        soles[i].centres.push_back(at);
        if (at.z() - s.radius < g.sole[i].back() + kSoleHeight) support.push_back(at.head<2>());
      }
    }
    for (size_t i = 0; i < legs; ++i) {
      g.slide[i].push_back(f > 0 ? clip.fps * slide(body.feet[i], before[i], soles[i]) : 0.0);
      if (f == 1) g.slide[i][0] = g.slide[i][1];
    }
    before.swap(soles);
    for (const CollisionPoint& c : robot.collision_points)
      lowest =
          std::min(lowest, model.pos(c.body).z() + model.axes(c.body).row(2).dot(c.pos) - c.radius);
    g.lowest.push_back(lowest);
    if (!weighs) continue;
    Vec3 moment = Vec3::Zero();
    double mass = 0;
    for (size_t b = 0; b < robot.masses.size(); ++b) {
      moment += robot.masses[b] * model.at(static_cast<int>(b), robot.mass_centres[b]);
      mass += robot.masses[b];
    }
    g.mass_centre.push_back(moment / mass);
    g.outside_support.push_back(distance_outside(g.mass_centre.back().head<2>(), support));
  }
  return g;
}

void measure_balance(const Ground& g, double fps, Measured& out) {
  if (g.mass_centre.empty()) return;
  const auto& stands = out.timeline.source_stands;
  Mean outside, residual;
  for (size_t f = 0; f < g.mass_centre.size(); ++f) {
    const bool all = std::all_of(stands.begin(), stands.end(),
                                 [&](const std::vector<char>& foot) { return foot[f]; });
    if (all) outside.add(g.outside_support[f]);
    if (f == 0 || f + 1 == g.mass_centre.size()) continue;
    const Vec3 acceleration =
        (g.mass_centre[f + 1] - 2 * g.mass_centre[f] + g.mass_centre[f - 1]) * fps * fps;
    const Vec3 force = acceleration / kGravity + Vec3::UnitZ();
    residual.add(unsupported(force, g.lowest[f] < kContact));
  }
  out.metrics.balance_error = outside.value();
  out.metrics.force_residual = residual.value();
}

}  // namespace motus::retarget
