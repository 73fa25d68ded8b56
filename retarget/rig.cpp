#include "retarget/rig.h"

#include "motion/kinematics.h"
#include "retarget/frames.h"
#include "retarget/tree.h"

namespace motus::retarget {

namespace {

/// Centre of the joint group that ends at `upper`: one ball is its own centre, of hinges in a row
/// the second.
int group_centre(const Skeleton& s, int trunk, int upper) {
  const auto hinges = [&](int b) {
    const auto [first, last] = s.joints_of(b);
    return last - first == 1 && s.joints()[static_cast<size_t>(first)].type == JointType::hinge;
  };
  std::vector<int> group;
  for (int b = upper; b > trunk && hinges(b); b = s.bodies()[static_cast<size_t>(b)].parent)
    group.push_back(b);
  if (group.size() < 2) return upper;
  return group[group.size() - 2];
}

}  // namespace

ZeroPose::ZeroPose(const Skeleton& s) {
  const std::vector<Quat> none(static_cast<size_t>(s.body_count()), Quat::Identity());
  BodyPoses p;
  forward(s, Vec3::Zero(), Quat::Identity(), none, p);
  pos = std::move(p.pos);
  rot = std::move(p.rot);
}

Rig make_rig(SkeletonPtr skeleton, RoleMap roles) {
  Rig rig;
  rig.skeleton = std::move(skeleton);
  rig.roles = std::move(roles);
  const Skeleton& s = *rig.skeleton;
  const RoleMap& r = rig.roles;
  const ZeroPose zero(s);
  const auto fixed_to = [&](int body, int centre) {
    const size_t b = static_cast<size_t>(body), c = static_cast<size_t>(centre);
    return Point{body, zero.rot[b].conjugate() * (zero.pos[c] - zero.pos[b])};
  };
  const auto first_below = [&](int from, int to) { return path(s, from, to).front(); };
  // a limb that ends in its lower segment ends in that segment's tip
  const auto tip_of = [&](int body) {
    Point tip{body, Vec3::Zero()};
    for (const EndSite& e : s.end_sites()) {
      if (e.body == body && e.pos.norm() > tip.pos.norm()) tip.pos = e.pos;
    }
    return tip;
  };

  rig.pelvis = r.body(r.quadruped ? "trunk" : "pelvis");
  rig.chest = r.body("chest");
  if (rig.chest == rig.pelvis) rig.chest = -1;
  rig.neck = r.body("neck");
  rig.head = r.body("head");
  if (rig.head >= 0 && (rig.head == rig.chest || rig.head == rig.pelvis)) rig.head = -1;
  const std::vector<std::string> legs =
      r.quadruped
          ? std::vector<std::string>{"front_left_", "front_right_", "rear_left_", "rear_right_"}
          : std::vector<std::string>{"left_", "right_"};
  for (const std::string& name : legs) {
    Leg leg;
    leg.name = name;
    leg.side = name.find("left") != std::string::npos ? 1 : -1;
    leg.upper = r.body(name + (r.quadruped ? "thigh" : "upper_leg"));
    leg.lower = r.body(name + (r.quadruped ? "calf" : "lower_leg"));
    leg.foot = r.body(name + "foot");
    leg.toe = r.quadruped ? -1 : r.body(name + "toe");
    leg.hip = {r.quadruped ? leg.upper : group_centre(s, rig.pelvis, leg.upper), Vec3::Zero()};
    leg.knee = {leg.lower, Vec3::Zero()};
    if (leg.foot == leg.lower)
      leg.ankle = tip_of(leg.lower);
    else if (r.quadruped)
      leg.ankle = {leg.foot, Vec3::Zero()};
    else
      leg.ankle = fixed_to(leg.foot, first_below(leg.lower, leg.foot));
    rig.legs.push_back(leg);
  }
  for (const std::string name : {"left_", "right_"}) {
    Arm arm;
    arm.name = name;
    arm.side = name == "left_" ? 1 : -1;
    arm.upper = r.body(name + "upper_arm");
    arm.lower = r.body(name + "lower_arm");
    arm.hand = r.body(name + "hand");
    if (arm.upper < 0 || arm.lower < 0 || arm.hand < 0) continue;
    if (!above(s, arm.upper, arm.lower) || !above(s, arm.lower, arm.hand)) continue;
    const int trunk = rig.chest >= 0 ? rig.chest : rig.pelvis;
    arm.shoulder = {group_centre(s, trunk, arm.upper), Vec3::Zero()};
    arm.elbow = {arm.lower, Vec3::Zero()};
    arm.wrist = arm.hand == arm.lower ? tip_of(arm.lower)
                                      : Point{first_below(arm.lower, arm.hand), Vec3::Zero()};
    rig.arms.push_back(arm);
  }
  if (rig.arms.size() != 2) rig.arms.clear();
  return rig;
}

Vec3 bend_axis(const Skeleton& s, const ZeroPose& zero, int upper, int lower, const Vec3& segment,
               bool knee) {
  const Quat& r = zero.rot[static_cast<size_t>(upper)];
  const Vec3 u = unit(segment, -Vec3::UnitZ());
  // a knee moves the shin back, an elbow the forearm ahead
  const Vec3 to = knee ? Vec3(-Vec3::UnitX()) : Vec3(Vec3::UnitX());
  Vec3 axis = unit(u.cross(to), Vec3::UnitY());
  const auto [first, last] = s.joints_of(lower);
  if (last - first == 1 && s.joints()[static_cast<size_t>(first)].type == JointType::hinge) {
    const Vec3 hinge =
        zero.rot[static_cast<size_t>(lower)] * s.joints()[static_cast<size_t>(first)].axis;
    axis = hinge.cross(u).dot(to) >= 0 ? hinge : Vec3(-hinge);
  }
  return r.conjugate() * axis;
}

}  // namespace motus::retarget
