#include "view/camera.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

#include "motion/error.h"
#include "motion/kinematics.h"
#include "motion/nearest.h"
#include "view/bearing.h"

namespace motus::view {

namespace {

constexpr double kDegrees = 180.0 / M_PI;

/// Joints and tips of sampled frames, seen from the root's place on the floor.
std::vector<Vec3> points(const Clip& clip, int first, int last) {
  constexpr int kSamples = 64;
  std::vector<Vec3> out;
  const int n = std::min(last - first + 1, kSamples);
  for (int i = 0; i < n; ++i) {
    const int f = n > 1 ? first + (last - first) * i / (n - 1) : first;
    const BodyPoses poses = forward(clip, f);
    const Vec3 ground(clip.root_pos(f, 0), clip.root_pos(f, 1), 0);
    for (const Vec3& p : poses.pos) out.push_back(p - ground);
    for (const EndSite& e : clip.skeleton->end_sites()) {
      const size_t b = static_cast<size_t>(e.body);
      out.push_back(poses.pos[b] + poses.rot[b] * e.pos - ground);
    }
  }
  return out;
}

struct Span {
  double low = 0, high = 0;
  void add(double v) { low = std::min(low, v), high = std::max(high, v); }
};

std::optional<Camera> three_numbers(const std::string& spec) {
  double v[3];
  const char *p = spec.data(), *end = p + spec.size();
  for (int i = 0; i < 3; ++i) {
    const auto [next, error] = std::from_chars(p, end, v[i]);
    if (error != std::errc() || !std::isfinite(v[i])) return {};
    p = next;
    if (i < 2 && (p == end || *p++ != ',')) return {};
  }
  if (p != end || v[2] <= 0) return {};
  return Camera{.azimuth = v[0], .elevation = v[1], .distance = v[2]};
}

}  // namespace

Camera choose_camera(const std::string& spec, const Clip& clip, int first, int last,
                     double aspect) {
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

  const std::vector<Vec3> all = points(clip, first, last);
  const double extent = rest_extent(*clip.skeleton);
  Span z;
  for (const Vec3& p : all) z.add(p.z());
  camera.height = 0.5 * (z.low + z.high);
  if (camera.distance > 0) return camera;
  // bodies are thicker than the points that stand for them
  const double thickness = 0.09 * extent;
  const double az = camera.azimuth / kDegrees, el = camera.elevation / kDegrees;
  const Vec3 ahead(std::cos(el) * std::cos(az), std::cos(el) * std::sin(az), std::sin(el));
  const Vec3 right(std::sin(az), -std::cos(az), 0), up = right.cross(ahead);
  const double half_height = std::tan(0.5 * kFieldOfView / kDegrees);
  for (const Vec3& p : all) {
    const Vec3 q = p - Vec3(0, 0, camera.height);
    const double wide = (std::abs(q.dot(right)) + thickness) / (half_height * aspect);
    const double high = (std::abs(q.dot(up)) + thickness) / half_height;
    camera.distance = std::max(camera.distance, std::max(wide, high) - q.dot(ahead));
  }
  return camera;
}

double natural_aspect(const Clip& clip, int first, int last) {
  const double way = bearing(clip, first, last);
  const Vec3 right(std::cos(way), std::sin(way), 0);
  double half_width = 0;
  Span z;
  for (const Vec3& p : points(clip, first, last)) {
    half_width = std::max(half_width, std::abs(p.dot(right)));
    z.add(p.z());
  }
  const double margin = 0.18 * rest_extent(*clip.skeleton);
  return (2 * half_width + margin) / (z.high - z.low + margin);
}

}  // namespace motus::view
