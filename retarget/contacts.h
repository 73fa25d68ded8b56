#pragma once
// When a foot of the source stands. Scale-free: lengths in legs of 0.86 m (a 1.75 m person), speeds
// likewise. A stance begins where heel or toe is low and slow, and ends with hysteresis.
#include <vector>

#include "motion/math.h"

namespace motus::retarget {

struct FootTrack {
  std::vector<Vec3> ankle, toe;  ///< (F) m, world
};

struct FootContact {
  std::vector<char> stance;  ///< (F) heel or toe on the floor
  std::vector<char> flat;    ///< (F) both
  /// (F) leg lengths that the foot has slid since the first frame: the steps of its ankle or its toe,
  /// whichever moved less, so that rolling over either is none.
  std::vector<Vec3> drift;
  double ankle_height = 0;  ///< m, world z of the ankle when flat (median)
  double toe_height = 0;
};

/// `leg` is the source's leg length (m). Feet share a first guess of the floor; each then has its
/// own heights.
std::vector<FootContact> find_contacts(const std::vector<FootTrack>& feet, double fps, double leg);

}  // namespace motus::retarget
