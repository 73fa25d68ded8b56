#pragma once
// The simulation model of a character: a MimicKit-style MJCF turned into what MuJoCo should
// simulate. Internal to sim/ (MuJoCo types).
//
// In such a file the joints' stiffness and damping are gains of a position controller and three
// hinges on one body mean one ball. The model therefore gets: a free root; balls for hinge triples
// (armature and friction of the first hinge, no limits); no passive springs; per dof one actuator
//   torque = clip(kp * (target - q) - kd * qd, +-limit)
// in dof order (or a servo of velocity, or a motor: sim/physics_options.h); one floor with friction 1. The torque limit is the joint's actuatorfrcrange or else
// the gear of its motor (its control range where the gear is 1). Body order equals the skeleton's (MuJoCo's body i + 1 is the skeleton's
// i).
#include <mujoco/mujoco.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "motion/skeleton.h"
#include "sim/physics_options.h"

namespace motus::sim {

class Ground;

struct DeleteModel {
  void operator()(mjModel* m) const { mj_deleteModel(m); }
};
struct DeleteData {
  void operator()(mjData* d) const { mj_deleteData(d); }
};
using ModelPtr = std::unique_ptr<mjModel, DeleteModel>;
using DataPtr = std::unique_ptr<mjData, DeleteData>;

struct SimModel {
  ModelPtr model;
  std::vector<double> kp, kd;        ///< (D) N m/rad, N m s/rad, after gain_scale
  std::vector<double> torque_limit;  ///< (D) N m, infinite if the file has none
  int floor_geom = 0;
};

/// Throws Error(bad_input) if MuJoCo refuses the file or if its tree is not `skeleton`'s.
SimModel build_model(const std::filesystem::path& file, const Skeleton& skeleton,
                     const PhysicsOptions& options);

/// Height (m) of the lowest point of all collision shapes of the character, after mj_kinematics.
double lowest_point(const mjModel* m, const mjData* d);

/// How deep (m) the character stands in the ground at its deepest shape, each compared with the
/// highest ground around it; negative in the air. After mj_kinematics.
double depth_in(const Ground& ground, const mjModel* m, const mjData* d);

}  // namespace motus::sim
