#include <algorithm>
#include <cmath>

#include "retarget/measure_parts.h"

namespace motus::retarget {

namespace {

constexpr double kGravity = 9.81;   // m/s^2
constexpr double kContact = 0.015;  // m, of the lowest point above the floor

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
