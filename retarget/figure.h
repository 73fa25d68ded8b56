#pragma once
// Where the joints of a figure are, frame by frame: the same for a source and for a robot, so that
// the two can be compared without asking how one was made from the other.
#include <array>
#include <string>
#include <vector>

#include "motion/clip.h"
#include "retarget/rig.h"

namespace motus::retarget {

/// A leg (hip, knee, ankle) or an arm (shoulder, elbow, wrist), world positions in m.
struct LimbTrack {
  std::string name;                    ///< "left_leg"
  std::vector<Vec3> root, joint, end;  ///< (F)
  double length = 0;                   ///< m, root to joint to end
};

/// World rotation of one body.
struct BodyTrack {
  std::string name;  ///< "pelvis", "torso", "left_foot", "left_hand"
  std::vector<Quat> rot;
};

struct Figure {
  double fps = 30;
  std::vector<LimbTrack> legs, arms;
  std::vector<Vec3> toes;          ///< (F * legs), leg by leg: tip of the foot, or the ankle
  std::vector<Vec3> centre, neck;  ///< (F) mean of the hips; mean of the shoulders, or empty
  std::vector<Vec3> left;          ///< (F) across the hips
  std::vector<BodyTrack> bodies;
  double leg_length = 0;  ///< m, mean

  int frames() const { return static_cast<int>(centre.size()); }
  const Vec3& toe(size_t leg, int f) const {
    return toes[leg * centre.size() + static_cast<size_t>(f)];
  }
};

/// `rig` must be of the clip's skeleton.
Figure figure(const Clip& clip, const Rig& rig);

}  // namespace motus::retarget
