// How deep the shapes of a character reach, each by its own formula.
#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/model.h"
#include "sim/terrain.h"

namespace motus::sim {

namespace {

/// Extent of a shape along -z: how far its lowest point lies below its centre.
double drop(const mjModel* m, const mjData* d, int g) {
  const mjtNum* size = m->geom_size + 3 * g;
  const mjtNum* mat = d->geom_xmat + 9 * g;
  const double x = std::abs(mat[6]), y = std::abs(mat[7]), z = std::abs(mat[8]);
  switch (m->geom_type[g]) {
    case mjGEOM_SPHERE:
      return size[0];
    case mjGEOM_CAPSULE:
      return size[0] + size[1] * z;
    case mjGEOM_CYLINDER:
      return size[0] * std::hypot(x, y) + size[1] * z;
    case mjGEOM_BOX:
      return size[0] * x + size[1] * y + size[2] * z;
    case mjGEOM_ELLIPSOID:
      return std::hypot(size[0] * x, size[1] * y, size[2] * z);
    case mjGEOM_MESH: {
      double low = 0;
      const int mesh = m->geom_dataid[g];
      const float* v = m->mesh_vert + 3 * m->mesh_vertadr[mesh];
      for (int i = 0; i < m->mesh_vertnum[mesh]; ++i, v += 3) {
        low = std::max(low, -(mat[6] * v[0] + mat[7] * v[1] + mat[8] * v[2]));
      }
      return low;
    }
    default:
      return 0;
  }
}

/// Calls f with each shape of the character that collides.
template <typename F>
void each_shape(const mjModel* m, F f) {
  for (int g = 0; g < m->ngeom; ++g) {
    const bool collides = m->geom_contype[g] != 0 || m->geom_conaffinity[g] != 0;
    if (m->geom_bodyid[g] != 0 && collides) f(g);
  }
}

}  // namespace

double lowest_point(const mjModel* m, const mjData* d) {
  double low = std::numeric_limits<double>::infinity();
  each_shape(m, [&](int g) { low = std::min(low, d->geom_xpos[3 * g + 2] - drop(m, d, g)); });
  return low;
}

double depth_in(const Ground& ground, const mjModel* m, const mjData* d) {
  double depth = -std::numeric_limits<double>::infinity();
  each_shape(m, [&](int g) {
    const mjtNum* at = d->geom_xpos + 3 * g;
    const double top = ground.highest(at[0], at[1], m->geom_rbound[g]);
    depth = std::max(depth, top - (at[2] - drop(m, d, g)));
  });
  return depth;
}

}  // namespace motus::sim
