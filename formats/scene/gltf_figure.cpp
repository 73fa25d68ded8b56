#include "formats/scene/gltf_figure.h"

#include <algorithm>
#include <array>

namespace motus::formats::gltf {

namespace {

/// Two pyramids on a square near `from`, the sharp one ending at `to`.
void add_octahedron(Figure& f, int bone, const Vec3& from, const Vec3& to) {
  const Vec3 along = to - from;
  const double length = along.norm();
  if (length < 1e-6) return;
  const Vec3 across = along.unitOrthogonal();
  const double half = std::clamp(0.1 * length, 0.004, 0.03);
  const Vec3 u = half * across, v = half * along.normalized().cross(across);
  const Vec3 middle = from + std::min(0.2 * length, 0.04) * along / length;
  const std::array<Vec3, 4> square = {middle + u, middle + v, middle - u, middle - v};
  for (size_t i = 0; i < 4; ++i) {
    const Vec3 &a = square[i], &b = square[(i + 1) % 4];
    for (const auto& [p, q, r] : {std::array{from, b, a}, std::array{to, a, b}}) {
      const Vec3 normal = (q - p).cross(r - p).normalized();
      for (const Vec3& corner : {p, q, r}) {
        f.points.push_back(corner);
        f.normals.push_back(normal);
        f.bones.push_back(bone);
      }
    }
  }
}

}  // namespace

Figure make_figure(const Skeleton& s) {
  const auto& bodies = s.bodies();
  Figure f;
  std::vector<bool> leaf(bodies.size(), true);
  double lowest = 0;
  for (const Body& b : bodies) {
    const auto p = static_cast<size_t>(std::max(b.parent, 0));
    if (b.parent >= 0) leaf[p] = false;
    f.rest_rot.push_back(b.parent < 0 ? Quat::Identity()
                                      : (f.rest_rot[p] * b.rest_rot).normalized());
    f.rest_pos.push_back(b.parent < 0 ? Vec3(0, 0, 0)
                                      : Vec3(f.rest_pos[p] + f.rest_rot[p] * b.rest_pos));
    lowest = std::min(lowest, f.rest_pos.back().z());
  }
  for (const EndSite& e : s.end_sites()) {
    const auto b = static_cast<size_t>(e.body);
    lowest = std::min(lowest, (f.rest_pos[b] + f.rest_rot[b] * e.pos).z());
  }
  for (Vec3& p : f.rest_pos) p.z() -= lowest;
  for (size_t b = 1; b < bodies.size(); ++b) {
    const int p = bodies[b].parent;
    add_octahedron(f, p, f.rest_pos[static_cast<size_t>(p)], f.rest_pos[b]);
  }
  for (const EndSite& e : s.end_sites()) {
    const auto b = static_cast<size_t>(e.body);
    add_octahedron(f, e.body, f.rest_pos[b], f.rest_pos[b] + f.rest_rot[b] * e.pos);
    leaf[b] = false;
  }
  for (size_t b = 0; b < bodies.size(); ++b) {
    if (!leaf[b]) continue;
    // a leaf goes on the way it came, so that its turns are seen
    const int p = bodies[b].parent;
    Vec3 on = p < 0 ? Vec3(0, 0, 0.1) : Vec3(f.rest_pos[b] - f.rest_pos[static_cast<size_t>(p)]);
    const double length = on.norm();
    on = length < 1e-6 ? Vec3(0, 0, 0.05) : Vec3(on / length * std::clamp(0.3 * length, 0.02, 0.1));
    add_octahedron(f, static_cast<int>(b), f.rest_pos[b], f.rest_pos[b] + on);
  }
  return f;
}

}  // namespace motus::formats::gltf
