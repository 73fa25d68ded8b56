#pragma once
// Published figures of a robot (tests/sim/golden/NAME.txt) and the little MuJoCo that comparing
// with them takes. A line of such a file is a key and its values; `#` opens a comment:
//   mass M                       sizes NQ NV NBODY NU (nbody with the world)
//   default_root X Y Z           default_dofs Q...         test_root X Y Z
//   default_rot W X Y Z          the root's rotation in the default pose, if it is turned
//   yaml_root, yaml_dofs         robot.yaml's default pose where it is another one
//   lowest_zero Z, lowest_default Z         lowest point of the collision geoms
//   com_zero, com_default, com_test X Y Z
//   mass_matrix_zero, mass_matrix_test D... diagonal, armature included
//   body NAME  XYZ XYZ XYZ  WXYZ            origin at the zero, default and test pose; test
//   rotation joint NAME BODY  AXIS  LOW HIGH  KP KD ARMATURE FRICTIONLOSS  FORCE GEAR CTRL_LOW
//   CTRL_HIGH ACTUATOR touch_default BODY BODY                 collide with each other at the
//   default pose stand GAINS on|off CONDIM MARGIN HEIGHT DEGREES
//     2 s of PD hold of the default pose, its lowest point on the floor: gains times GAINS (kd
//     times the root), self collision, the floor's condim and margin; the root's height and tilt
//     after it
#include <mujoco/mujoco.h>

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace motus::golden {

inline constexpr std::array kRobots = {"go2",  "g1",      "humanoid", "humanoid_sword_shield",
                                       "smpl", "pi_plus", "a1"};
/// Those with a training configuration of MimicKit.
inline constexpr std::array kTrained = {"go2", "g1", "humanoid", "smpl", "pi_plus"};

struct Body {
  std::string name;
  std::array<double, 9> pos;  ///< zero, default, test
  std::array<double, 4> rot;  ///< test
};

struct Joint {
  std::string name, body;
  std::array<double, 3> axis;
  double low, high, kp, kd, armature, frictionloss, force, gear, ctrl_low, ctrl_high;
  int actuator;
};

struct Stand {
  double gains;
  bool self_collision;
  int floor_condim;
  double floor_margin, steps_per_second, height, degrees;
};

struct Robot {
  std::string name;
  std::map<std::string, std::vector<double>> values;
  std::vector<Body> bodies;
  std::vector<Joint> joints;
  std::vector<std::pair<std::string, std::string>> touches;
  std::vector<Stand> stands;
};

enum class Pose { zero, rest, test };

Robot read(const std::string& name);
std::string model_file(const std::string& name);

using Spec = std::unique_ptr<mjSpec, decltype(&mj_deleteSpec)>;
using Model = std::unique_ptr<mjModel, decltype(&mj_deleteModel)>;
using Data = std::unique_ptr<mjData, decltype(&mj_deleteData)>;

Spec parse(const std::string& name);
Model compile(mjSpec* spec);
Data make_data(const mjModel* m);

/// Writes qpos and computes everything that depends on it.
void set_pose(const Robot& r, const mjModel* m, mjData* d, Pose pose);

/// Lowest z of all geoms that can collide, but for planes.
double lowest(const mjModel* m, const mjData* d);

}  // namespace motus::golden
