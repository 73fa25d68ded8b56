#pragma once
// The parts of a body that retargeting speaks about, found from roles: joint centres and segments
// of a trunk, its legs and its arms. The same for sources and for robots.
#include <string>
#include <vector>

#include "retarget/map.h"

namespace motus::retarget {

/// A point fixed to a body.
struct Point {
  int body = 0;
  Vec3 pos = Vec3::Zero();  ///< m, in the body's frame
};

struct Leg {
  std::string name;  ///< "left_", "front_right_" ...
  double side = 1;   ///< +1 left, -1 right
  int upper = -1, lower = -1, foot = -1, toe = -1;
  Point hip, knee, ankle;
};

struct Arm {
  std::string name;
  double side = 1;
  int upper = -1, lower = -1, hand = -1;
  Point shoulder, elbow, wrist;
};

struct Rig {
  SkeletonPtr skeleton;
  RoleMap roles;
  int pelvis = 0, chest = -1, neck = -1, head = -1;  ///< the trunk of a quadruped is the pelvis
  std::vector<Leg> legs;  ///< left, right; or front left, front right, rear left, rear right
  std::vector<Arm> arms;  ///< left, right; empty if either side lacks a part
};

/// Joint centres are body origins; where three hinges in a row make a hip, a shoulder, a wrist or
/// an ankle, the centre is the origin of the second (hip, shoulder) or the first (wrist, ankle) of
/// them.
Rig make_rig(SkeletonPtr skeleton, RoleMap roles);

/// World poses with the root at the origin, turned by nothing, and all joints at zero.
struct ZeroPose {
  std::vector<Vec3> pos;
  std::vector<Quat> rot;
  explicit ZeroPose(const Skeleton& s);
  Vec3 at(const Point& p) const {
    return pos[static_cast<size_t>(p.body)] + rot[static_cast<size_t>(p.body)] * p.pos;
  }
};

/// Body-fixed axis (upper segment's frame) about which a robot's knee or elbow bends, from its zero
/// pose.
Vec3 bend_axis(const Skeleton& s, const ZeroPose& zero, int upper, int lower, const Vec3& segment,
               bool knee);

}  // namespace motus::retarget
