#pragma once
// What is in the world besides the character: the floor, static objects, loose balls. Internal to sim/
// (MuJoCo types).
#include <mujoco/mujoco.h>

#include "sim/physics_options.h"

namespace motus::sim {

/// Name of the floor's shape.
constexpr const char* kFloor = "motus_floor";

/// The bits by which the character's shapes collide, all of them together.
struct CollisionBits {
  int type = 0, affinity = 0;
};

/// Adds them to the world of `spec`, whose character collides by `bits`. Throws Error(bad_input) for
/// an object's file that cannot be used.
void add_surroundings(mjSpec* spec, const PhysicsOptions& options, const CollisionBits& bits);

}  // namespace motus::sim
