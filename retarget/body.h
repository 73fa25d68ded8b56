#pragma once
// A robot measured for retargeting: where its hips, ankles and soles are. All lengths in metres;
// anatomical frames are those of the zero pose (x forward, y left, z up).
#include <array>
#include <vector>

#include "motion/robot.h"
#include "retarget/pose.h"
#include "retarget/rig.h"

namespace motus::retarget {

/// A sphere of the sole, from the ankle, in the foot's anatomical frame.
struct SolePoint {
  Vec3 pos = Vec3::Zero();  ///< m, from the ankle, in the anatomical foot at zero
  double radius = 0;
  Point at;  ///< the same on its own body, which may be a toe that bends
};

struct Foot {
  double ankle_height = 0;     ///< ankle above the floor when flat
  double heel = 0, toe = 0;    ///< x of the ends of the sole from the ankle
  double left = 0, right = 0;  ///< y of its edges, likewise
  double roll =
      0;  ///< rad, how far the sole can tilt sideways from the shin, to the nearer side; 0 =
          ///< as far as it likes
  std::vector<SolePoint> sole;
};

/// Two capsules that must not touch.
struct CollisionPair {
  int a = 0, b = 0;  ///< indices into Robot::capsules
  double gap = 0;    ///< m between them with all dofs zero or in the default pose, the smaller
};

struct RobotBody {
  Robot robot;
  SkeletonPtr hinged;  ///< of the robot, with hinges for its balls (retarget/balls.h)
  Rig rig;
  ZeroPose zero;
  Vec3 centre = Vec3::Zero();         ///< of the hips from the root body's origin
  std::array<Vec3, kMaxLegs> hips;    ///< of the hip joints from their centre
  std::array<double, kMaxLegs> legs;  ///< thigh + shin
  double leg_length = 0;              ///< mean of legs
  std::array<Foot, kMaxLegs> feet;
  std::vector<CollisionPair> pairs;  ///< collision_pairs() (retarget/collide.h)

  /// Throws Error(bad_input) for a robot whose roles are not enough.
  explicit RobotBody(Robot robot);
};

/// The lowest height of a foot's sole for an ankle at `ankle` and an anatomical rotation.
double sole_height(const Foot& foot, const Vec3& ankle, const Quat& rotation);

}  // namespace motus::retarget
