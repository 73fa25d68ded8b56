#pragma once
// Reads a clip in anatomical terms. Rest poses do not matter: directions come from joint positions,
// and the frames of trunk, head and feet are calibrated on the clip itself:
//  - robots are upright, level and facing x at zero joint angles, so their frames are known;
//  - the line across the hips is the left of a character's pelvis, the body axis nearest to the
//    clip's mean line to the neck its up; head and (without flat contact) feet take the body axes
//    nearest to the clip's mean geometry, the chest the mean itself; where the clip has frames of
//    standing, trunk and chest are made parallel over them;
//  - where there is a rest pose, pelvis, chest and head look ahead in it;
//  - the trunk of a four-legged character is what its four hips span, frame by frame;
//  - a foot is level where it stands flat.
#include <optional>
#include <vector>

#include "motion/kinematics.h"
#include "retarget/contacts.h"
#include "retarget/pose.h"
#include "retarget/rig.h"

namespace motus::retarget {

struct Observation {
  Rig rig;
  double fps = 30;
  std::vector<Pose> poses;            ///< (F)
  std::vector<FootContact> contacts;  ///< one a leg
  std::array<Vec3, kMaxLegs> hips;    ///< of the hip joints from their centre, anatomical pelvis
  double leg_length = 0;              ///< m, thigh + shin, mean over legs
  double floor_ankle = 0;             ///< m, world z of ankles when flat
  int standing = 0;                   ///< frames that calibrated the trunk
};

/// `rest`: world poses of the clip's skeleton standing and looking ahead, if known (rest_pose()).
/// `jobs`: threads; the result does not depend on it. Throws Error(bad_input) for a source whose legs
/// have no length.
Observation observe(const Clip& clip, const RoleMap& roles,
                    const std::optional<BodyPoses>& rest = {}, int jobs = 1);

}  // namespace motus::retarget
