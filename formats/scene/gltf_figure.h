#pragma once
// A stick figure as triangles: an octahedron from every body to each of its children, to its end
// sites, or a little way on.
#include <vector>

#include "motion/skeleton.h"

namespace motus::formats::gltf {

struct Figure {
  std::vector<Vec3> rest_pos;  ///< (B) world, the root where the lowest point is on the floor
  std::vector<Quat> rest_rot;  ///< (B)
  std::vector<Vec3> points;    ///< corners of triangles, three in a row
  std::vector<Vec3> normals;   ///< of each corner
  std::vector<int> bones;      ///< body that moves each corner
};

/// The rest pose of the skeleton, and its figure standing in it; our axes, m.
Figure make_figure(const Skeleton& skeleton);

}  // namespace motus::formats::gltf
