#include "retarget/roles_guess.h"
#include "retarget/tree.h"

namespace motus::retarget {

namespace {

bool moves(const Skeleton& s, int body) {
  const auto [first, last] = s.joints_of(body);
  return last > first;
}

/// The last body with a joint between a trunk and `lower`, both left out; -1 if there is none.
int last_hinge_above(const Skeleton& s, int trunk, int lower) {
  int b = s.bodies()[static_cast<size_t>(lower)].parent;
  while (b > trunk && !moves(s, b)) b = s.bodies()[static_cast<size_t>(b)].parent;
  return b > trunk ? b : -1;
}

/// A guess of the upper part of a robot's limb becomes the body that carries the last hinge above
/// the knee or elbow.
void settle_upper(const Skeleton& s, const std::string& upper, const std::string& lower, int trunk,
                  Found& found) {
  const auto it = found.find(upper);
  const int low = body_of(found, lower);
  if (it == found.end() || low < 0 || it->second.confidence >= 1) return;
  const int last = last_hinge_above(s, trunk, low);
  if (last >= 0) it->second.body = last;
}

}  // namespace

void complete_by_tree(const Skeleton& s, bool quadruped, Found& found) {
  const bool robot = s.kind() == SkeletonKind::robot;
  if (quadruped) {
    const int a = body_of(found, "front_left_thigh"), b = body_of(found, "rear_right_thigh");
    if (a >= 0 && b >= 0) put(found, "trunk", common(s, a, b), 0.9, "tree");
    return;
  }
  const int ll = body_of(found, "left_upper_leg"), rl = body_of(found, "right_upper_leg");
  if (ll >= 0 && rl >= 0) put(found, "pelvis", common(s, ll, rl), 0.9, "tree");
  const int la = body_of(found, "left_upper_arm"), ra = body_of(found, "right_upper_arm");
  const int pelvis = body_of(found, "pelvis");
  if (la >= 0 && ra >= 0) {
    const int chest = common(s, la, ra);
    if (chest > pelvis && above(s, pelvis < 0 ? 0 : pelvis, chest))
      put(found, "chest", chest, 0.9, "tree");
    // the first body on the way up
    const std::vector<int> way = chest > pelvis ? path(s, pelvis, chest) : std::vector<int>{};
    if (way.size() > 1) put(found, "spine", way[0], 0.6, "tree");
  }
  if (!robot) return;
  const int chest = body_of(found, "chest");
  for (const std::string side : {"left_", "right_"}) {
    if (pelvis >= 0) settle_upper(s, side + "upper_leg", side + "lower_leg", pelvis, found);
    settle_upper(s, side + "upper_arm", side + "lower_arm", chest >= 0 ? chest : 0, found);
    // an arm that ends in its forearm has no joint at the wrist
    put(found, side + "hand", body_of(found, side + "lower_arm"), 0.5, "tree");
  }
}

}  // namespace motus::retarget
