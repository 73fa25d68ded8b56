#pragma once
// The shapes of a model that collide, as points and as capsules.
#include <span>
#include <vector>

#include "motion/robot.h"

struct mjModel_;

namespace motus::formats {

/// `bodies`: MuJoCo's ids of a skeleton's bodies, in the skeleton's order. Shapes of other bodies,
/// shapes that only show and planes are left out. Of a mesh, the corners of its bounding box are
/// points; it has no capsule.
std::vector<CollisionPoint> collision_points(const mjModel_& model, std::span<const int> bodies);
std::vector<Capsule> capsules(const mjModel_& model, std::span<const int> bodies);

}  // namespace motus::formats
