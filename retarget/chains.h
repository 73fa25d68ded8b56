#pragma once
// The limbs of a tree as chains: where a branch leaves the trunk, and the way to its farthest end.
#include <vector>

#include "motion/kinematics.h"

namespace motus::retarget {

/// The longest way down from a body's child.
struct Chain {
  int at = -1;            ///< the body it hangs on
  std::vector<int> path;  ///< bodies, outwards
  std::vector<Vec3>
      points;        ///< their origins in the pose; one more than bodies if it ends in a tip
  double reach = 0;  ///< m, summed lengths from the first body on
  int bodies = 0;    ///< of the whole branch
};

/// Two chains that hang on the same body and are alike.
struct ChainPair {
  Chain a, b;
  double alike = 0;  ///< 1 = the same lengths and numbers of bodies
};

/// Chains of equal length side by side, the longest first: those within another pair's chains
/// (fingers, toes) and those much shorter (eyes) are left out.
std::vector<ChainPair> mirror_pairs(const Skeleton& skeleton, const BodyPoses& pose);

/// Upper body, lower body, end (foot, hand) and what follows the end; -1 where there is none. The
/// end is the lower body itself where a limb ends in a tip without a joint.
struct Limb {
  int first = -1, upper = -1, lower = -1, end = -1, after = -1;
};

/// Of hinges, the middle joint is the first that adds no direction to those before it (a knee
/// repeats the hip's pitch); of balls, it lies between the two longest neighbouring segments.
Limb split(const Skeleton& skeleton, const BodyPoses& pose, const Chain& chain);

}  // namespace motus::retarget
