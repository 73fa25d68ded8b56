#include "formats/mjcf_shapes.h"

#include <mujoco/mujoco.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace motus::formats {

namespace {

Vec3 vec(const mjtNum* p) {
  return {p[0], p[1], p[2]};
}

Quat quat(const mjtNum* p) {
  return {p[0], p[1], p[2], p[3]};
}

/// Points of one collision shape in its own frame, with their radius. `box` is its bounding box,
/// centre and half sizes, which stands for meshes.
std::vector<std::pair<Vec3, double>> shape_points(int type, const mjtNum* size, const mjtNum* box) {
  std::vector<std::pair<Vec3, double>> out;
  switch (type) {
    case mjGEOM_MESH:
      for (int c = 0; c < 8; ++c) {
        out.emplace_back(
            Vec3(box[0] + (c & 1 ? box[3] : -box[3]), box[1] + (c & 2 ? box[4] : -box[4]),
                 box[2] + (c & 4 ? box[5] : -box[5])),
            0.0);
      }
      break;
    case mjGEOM_SPHERE:
      out.emplace_back(Vec3::Zero(), size[0]);
      break;
    case mjGEOM_CAPSULE:
      for (const double z : {-size[1], size[1]}) out.emplace_back(Vec3(0, 0, z), size[0]);
      break;
    case mjGEOM_BOX:
      for (int c = 0; c < 8; ++c) {
        out.emplace_back(Vec3(c & 1 ? size[0] : -size[0], c & 2 ? size[1] : -size[1],
                              c & 4 ? size[2] : -size[2]),
                         0.0);
      }
      break;
    case mjGEOM_CYLINDER:
      for (const double z : {-size[1], size[1]}) {
        for (int c = 0; c < 8; ++c) {
          const double a = c * M_PI / 4;
          out.emplace_back(Vec3(size[0] * std::cos(a), size[0] * std::sin(a), z), 0.0);
        }
      }
      break;
    case mjGEOM_ELLIPSOID:
      for (int c = 0; c < 3; ++c) {
        for (const double sign : {-1.0, 1.0}) {
          out.emplace_back(sign * size[c] * Vec3::Unit(c), 0.0);
        }
      }
      break;
    default:
      break;  // planes and height fields have no points
  }
  return out;
}

/// The largest capsule inside a shape, along its longest axis: centre to end (m), radius (m).
std::optional<std::pair<Vec3, double>> inner_capsule(int type, const mjtNum* size) {
  switch (type) {
    case mjGEOM_SPHERE:
      return std::pair(Vec3(Vec3::Zero()), size[0]);
    case mjGEOM_CAPSULE:
      return std::pair(Vec3(0, 0, size[1]), size[0]);
    case mjGEOM_CYLINDER: {
      const double r = std::min(size[0], size[1]);
      return std::pair(Vec3(0, 0, size[1] - r), r);
    }
    case mjGEOM_BOX:
    case mjGEOM_ELLIPSOID: {
      const Vec3 half(size[0], size[1], size[2]);
      Eigen::Index longest = 0;
      const double r = half.minCoeff();
      half.maxCoeff(&longest);
      return std::pair(Vec3((half[longest] - r) * Vec3::Unit(longest)), r);
    }
    default:
      return {};
  }
}

/// Calls `use(body, geom)` for every colliding shape of `bodies`.
template <typename Use>
void for_shapes(const mjModel& m, std::span<const int> bodies, const Use& use) {
  for (int g = 0; g < m.ngeom; ++g) {
    const auto at = std::find(bodies.begin(), bodies.end(), m.geom_bodyid[g]);
    if (at == bodies.end() || (m.geom_contype[g] == 0 && m.geom_conaffinity[g] == 0)) continue;
    use(static_cast<int>(at - bodies.begin()), g);
  }
}

}  // namespace

std::vector<CollisionPoint> collision_points(const mjModel& m, std::span<const int> bodies) {
  std::vector<CollisionPoint> out;
  for_shapes(m, bodies, [&](int body, int g) {
    const Quat rot = quat(m.geom_quat + 4 * g);
    for (const auto& [p, r] :
         shape_points(m.geom_type[g], m.geom_size + 3 * g, m.geom_aabb + 6 * g))
      out.push_back({.body = body, .pos = vec(m.geom_pos + 3 * g) + rot * p, .radius = r});
  });
  return out;
}

std::vector<Capsule> capsules(const mjModel& m, std::span<const int> bodies) {
  std::vector<Capsule> out;
  for_shapes(m, bodies, [&](int body, int g) {
    const auto shape = inner_capsule(m.geom_type[g], m.geom_size + 3 * g);
    if (!shape) return;
    const Vec3 centre = vec(m.geom_pos + 3 * g), end = quat(m.geom_quat + 4 * g) * shape->first;
    out.push_back({.body = body, .a = centre - end, .b = centre + end, .radius = shape->second});
  });
  return out;
}

}  // namespace motus::formats
