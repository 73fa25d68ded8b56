#include "view/touch.h"

#include <mujoco/mujoco.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace motus::view {

namespace {

struct Point {
  double x, y, z;
};

/// The part of a half length that a direction takes: all of it when steep, none when level, so that
/// a sole lying flat is marked at its middle and not at a corner that rounding picked.
double share(double slope) {
  return std::clamp(slope / 0.05, -1.0, 1.0);
}

/// The lowest point of a box with half sizes `h` around `centre` in the shape's frame.
Point lowest_of_box(const mjvGeom& g, const double* centre, const double* h) {
  Point p{g.pos[0], g.pos[1], g.pos[2]};
  for (int i = 0; i < 3; ++i) {
    const double x = g.mat[i], y = g.mat[3 + i], z = g.mat[6 + i];
    const double along = centre[i] - share(z) * h[i];
    p.x += x * along;
    p.y += y * along;
    p.z += z * centre[i] - std::abs(z) * h[i];
  }
  return p;
}

/// The lowest point of a shape, or nothing for planes, height fields and decoration. Sizes of
/// mjvGeom: capsules and cylinders (radius, radius, half length).
std::optional<Point> lowest(const mjModel* m, const mjvGeom& g) {
  const double size[3] = {g.size[0], g.size[1], g.size[2]}, zero[3] = {0, 0, 0};
  const double steep = g.mat[8];  // z of the shape's own z axis
  const double level = std::sqrt(std::max(0.0, 1 - steep * steep));
  Point p{g.pos[0], g.pos[1], g.pos[2]};
  switch (g.type) {
    case mjGEOM_SPHERE:
      p.z -= size[0];
      return p;
    case mjGEOM_CAPSULE:
    case mjGEOM_CYLINDER: {
      const double along = -share(steep) * size[2];
      p.x += g.mat[2] * along;
      p.y += g.mat[5] * along;
      p.z -= std::abs(steep) * size[2] + (g.type == mjGEOM_CAPSULE ? 1 : level) * size[0];
      return p;
    }
    case mjGEOM_ELLIPSOID:
      p.z -= std::hypot(g.mat[6] * size[0], g.mat[7] * size[1], g.mat[8] * size[2]);
      return p;
    case mjGEOM_BOX:
      return lowest_of_box(g, zero, size);
    case mjGEOM_MESH: {
      const mjtNum* box = m->geom_aabb + 6 * g.objid;
      return lowest_of_box(g, box, box + 3);
    }
    default:
      return {};
  }
}

}  // namespace

void mark_touches(const mjModel_* model, double extent, mjvScene_* scene) {
  const int shapes = scene->ngeom;
  for (int i = 0; i < shapes && scene->ngeom < scene->maxgeom; ++i) {
    const mjvGeom& g = scene->geoms[i];
    if (g.objtype != mjOBJ_GEOM || g.type == mjGEOM_PLANE) continue;
    const std::optional<Point> p = lowest(model, g);
    if (!p || p->z > 0.02) continue;
    const float green[4] = {0.10F, 0.75F, 0.25F, 0.75F}, red[4] = {0.85F, 0.10F, 0.15F, 0.75F};
    const mjtNum size[3] = {0.06 * extent, 0.0015, 0}, pos[3] = {p->x, p->y, 0.002};
    const mjtNum upright[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    mjvGeom* disc = scene->geoms + scene->ngeom++;
    mjv_initGeom(disc, mjGEOM_CYLINDER, size, pos, upright, p->z < -0.03 ? red : green);
    disc->category = mjCAT_DECOR;
    disc->castshadow = 0;
    disc->emission = 0.4F;
  }
}

}  // namespace motus::view
