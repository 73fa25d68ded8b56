#pragma once
// What a frame of motion says about a body, in anatomical terms: the language between a source and
// a robot. World frame (z up, m); anatomical frames have x forward, y left, z up when standing.
#include <array>

#include "motion/math.h"

namespace motus::retarget {

inline constexpr size_t kMaxLegs = 4;
inline constexpr size_t kMaxArms = 2;

struct LegAxes {
  Vec3 thigh = Vec3::Zero(), shin = Vec3::Zero();  ///< unit, down the segments
  Vec3 knee_axis = Vec3::Zero();                   ///< unit; turning about it bends the knee
};

struct LegPose : LegAxes {
  Vec3 ankle = Vec3::Zero();
  Quat foot = Quat::Identity();  ///< level when the sole is flat
};

struct ArmPose {
  Vec3 upper = Vec3::Zero(), lower = Vec3::Zero();  ///< unit, down the segments
  Vec3 elbow_axis = Vec3::Zero();
  Quat hand = Quat::Identity();  ///< forearm_frame() of a wrist that is straight
};

struct Pose {
  Vec3 centre = Vec3::Zero();  ///< mean of the hip joints (of a quadruped: of all four)
  Quat pelvis = Quat::Identity(), chest = Quat::Identity(), head = Quat::Identity();
  Quat torso = Quat::Identity();  ///< the chest of a body whose trunk is one piece: it points from
                                  ///< the hips to the neck, however the spine between them curves
  std::array<LegPose, kMaxLegs> legs;
  std::array<ArmPose, kMaxArms> arms;
};

}  // namespace motus::retarget
