#pragma once
// A robot as data: data/robots/NAME/{robot.xml, robot.yaml}. The YAML says what a model file
// cannot: what its bodies are for. The skeleton itself is read from the model by formats/mjcf.h,
// which fills this struct.
#include <filesystem>
#include <string>
#include <vector>

#include "motion/skeleton.h"

namespace motus {

/// A point that can touch the floor: the centre of a sphere fixed to a body.
struct CollisionPoint {
  int body = 0;
  Vec3 pos = Vec3::Zero();  ///< m, in the body's frame
  double radius = 0;        ///< m
};

/// A collision shape as a swept sphere: all points within `radius` of the segment from `a` to `b`.
/// Boxes, cylinders and ellipsoids count as the largest capsule along their longest axis.
struct Capsule {
  int body = 0;
  Vec3 a = Vec3::Zero(), b = Vec3::Zero();  ///< m, in the body's frame
  double radius = 0;                        ///< m
};

struct Robot {
  std::string name;                  ///< "g1"
  std::string title;                 ///< "Unitree G1, 29 degrees of freedom"
  std::string kind = "biped";        ///< biped | quadruped
  std::filesystem::path model;       ///< the MJCF or URDF
  SkeletonPtr skeleton;              ///< with roles
  double root_height = 0;            ///< m, of the default pose
  std::vector<double> default_dofs;  ///< (D) rad
  std::vector<std::string>
      key_bodies;  ///< bodies whose positions policies and discriminators see, in order
  std::vector<std::string> contact_bodies;  ///< bodies that may touch the ground
  std::vector<std::string> foot_bodies;     ///< bodies that carry the robot
  std::vector<CollisionPoint>
      collision_points;              ///< of all bodies, from the model's collision geometry
  std::vector<Capsule> capsules;     ///< likewise, for bodies against bodies
  std::vector<double> speed_limits;  ///< (D) rad/s of the motors; 0 = unknown
  std::vector<double> masses;        ///< (B) kg; empty = unknown
  std::vector<Vec3> mass_centres;    ///< (B) m, in the bodies' frames; empty = unknown
};

/// The YAML part of a robot.
struct RobotYaml {
  std::string name, title, kind, model;
  double root_height = 0;
  std::vector<std::pair<std::string, double>> default_pose;  ///< dof name, rad
  std::vector<std::string> key_bodies, contact_bodies, foot_bodies;
  std::vector<std::pair<std::string, std::string>> roles;  ///< role, body
  /// Part of a dof's name, rad/s; the first that a name holds is that dof's.
  std::vector<std::pair<std::string, double>> speed_limits;
};

/// Reads robot.yaml. Unknown keys are refused with the nearest known one.
RobotYaml read_robot_yaml(const std::filesystem::path& file);

/// The robot.yaml of a robot, its model's path relative to `folder`, where the file shall lie.
std::string robot_yaml(const Robot& robot, const std::filesystem::path& folder);

/// Names of the robots in data/robots/ of every data folder, sorted.
std::vector<std::string> robot_names();

/// The folder of robot `name`. Throws Error(usage) naming the nearest known robot.
std::filesystem::path find_robot(const std::string& name);

}  // namespace motus
