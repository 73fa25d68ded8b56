#include "view/camera.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

#include "motion/error.h"
#include "motion/nearest.h"
#include "view/bearing.h"

namespace motus::view {

namespace {

constexpr double kDegrees = 180.0 / M_PI;

struct Span {
  double low = 0, high = 0;
  void add(double v) { low = std::min(low, v), high = std::max(high, v); }
};

/// The camera's axes in the world.
struct Axes {
  Vec3 ahead, right, up;
  explicit Axes(const Camera& c) {
    const double az = c.azimuth / kDegrees, el = c.elevation / kDegrees;
    ahead = {std::cos(el) * std::cos(az), std::cos(el) * std::sin(az), std::sin(el)};
    right = {std::sin(az), -std::cos(az), 0};
    up = right.cross(ahead);
  }
};

std::optional<Camera> three_numbers(const std::string& spec) {
  double v[3];
  const char *p = spec.data(), *end = p + spec.size();
  for (int i = 0; i < 3; ++i) {
    const auto [next, error] = std::from_chars(p, end, v[i]);
    if (error != std::errc() || !std::isfinite(v[i])) return {};
    p = next;
    if (i == 2) break;
    if (p == end || *p != ',') return {};
    ++p;
  }
  if (p != end || v[2] <= 0) return {};
  return Camera{.azimuth = v[0], .elevation = v[1], .distance = v[2]};
}

}  // namespace

Camera choose_camera(const std::string& spec, const Clip& clip, int first, int last) {
  Camera camera;
  const double way = kDegrees * bearing(clip, first, last);
  if (spec == "side") {
    camera.azimuth = way + 90;
  } else if (spec == "front") {
    camera.azimuth = kDegrees * facing(clip, first) + 180;
  } else if (spec == "track") {
    camera.azimuth = way + 50;
    camera.elevation = -20;
  } else if (spec == "top") {
    camera.azimuth = way + 90;
    camera.elevation = -89.5;
  } else if (const std::optional<Camera> given = three_numbers(spec)) {
    camera = *given;
  } else {
    const std::vector<std::string> known{"side", "front", "track", "top"};
    std::string hint = did_you_mean(spec, known);
    throw Error(Kind::usage,
                fmt::format("camera '{}': expected side, front, track, top or "
                            "azimuth,elevation,distance",
                            spec),
                hint);
  }

  return camera;
}

void fit(Camera& camera, std::span<const Vec3> points, double aspect) {
  Span z;
  for (const Vec3& p : points) z.add(p.z());
  camera.height = 0.5 * (z.low + z.high);
  if (camera.distance > 0) return;
  constexpr double kMargin = 1.08;
  const Axes axes(camera);
  const double slope = std::tan(0.5 * kFieldOfView / kDegrees) / kMargin;
  for (const Vec3& p : points) {
    const Vec3 q = p - Vec3(0, 0, camera.height);
    const double wide = std::abs(q.dot(axes.right)) / (slope * aspect);
    const double high = std::abs(q.dot(axes.up)) / slope;
    camera.distance = std::max(camera.distance, std::max(wide, high) - q.dot(axes.ahead));
  }
}

double natural_aspect(const Camera& camera, std::span<const Vec3> points) {
  const Axes axes(camera);
  double half_width = 0;
  Span height;
  for (const Vec3& p : points) {
    half_width = std::max(half_width, std::abs(p.dot(axes.right)));
    height.add(p.dot(axes.up));
  }
  return 2 * half_width / std::max(height.high - height.low, 1e-6);
}

}  // namespace motus::view
