#pragma once
// What sim/model.h is told about the world besides the character's file. No MuJoCo types.
#include <string>
#include <vector>

namespace motus {
struct Terrain;
}

namespace motus::sim {

struct Gain {
  std::string part;
  double kp = 0, kd = 0;
};

/// A thing that stands in the world: the shapes of an MJCF file, all of whose bodies are fixed.
struct StaticObject {
  std::string file;              ///< found already
  double pos[3] = {0, 0, 0};     ///< m
  double rot[4] = {1, 0, 0, 0};  ///< w x y z
};

/// What the number that is sent to a dof's motor is.
enum class Actuation {
  position,  ///< a target, rad; the motor is a PD controller
  velocity,  ///< a target, rad/s; the damping of that controller alone
  torque     ///< N m
};

struct PhysicsOptions {
  double sim_freq = 120;  ///< Hz
  bool self_collision = true;
  Actuation actuation = Actuation::position;
  double gain_scale = 1;           ///< kp times s, kd times sqrt(s); torque limits stay
  std::string jacobian = "auto";   ///< sparse | dense | auto: by the number of dofs
  std::string cone = "pyramidal";  ///< pyramidal | elliptic
  double impratio = 1;
  std::string torque_limit = "explicit";  ///< explicit | damped | auto (sim/torque_limit.h)
  int iterations = 100;                   ///< of the Newton solver; it stops earlier
  /// Part of a dof's name, kp and kd in place of the file's; the first that a name holds.
  std::vector<Gain> gains{};
  std::vector<StaticObject> objects{};
  const Terrain* ground = nullptr;  ///< null: a plane; only read while the model is built
  int balls = 0;                    ///< loose ones: the last bodies of the model
  double ball_radius = 0.1;         ///< m
  double ball_mass = 0.2;           ///< kg
};

}  // namespace motus::sim
