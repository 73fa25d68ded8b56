#include "retarget/body.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "motion/error.h"
#include "retarget/balls.h"
#include "retarget/collide.h"

namespace motus::retarget {

namespace {

size_t z(int i) {
  return static_cast<size_t>(i);
}

constexpr double kTip = 0.15;  // of the leg's length

bool within(const Skeleton& s, int body, int ancestor) {
  while (body > ancestor) body = s.bodies()[z(body)].parent;
  return body == ancestor;
}

/// The nearer limit of the hinges between shin and sole that turn about the foot's x axis.
double roll_limit(const Skeleton& s, const ZeroPose& zero, const Leg& leg) {
  double limit = 0;
  for (int b = leg.foot; b > leg.lower; b = s.bodies()[z(b)].parent) {
    const auto [first, last] = s.joints_of(b);
    for (int j = first; j < last; ++j) {
      const Joint& joint = s.joints()[z(j)];
      const Dof& dof = s.dofs()[z(joint.dof)];
      if (joint.type == JointType::hinge && dof.limited() &&
          std::abs((zero.rot[z(b)] * joint.axis).x()) > 0.9)
        limit = std::min(-dof.lower, dof.upper);
    }
  }
  return std::max(0.0, limit);
}

Foot measure_foot(const Robot& robot, const Rig& rig, const ZeroPose& zero, const Leg& leg,
                  double leg_length) {
  const Skeleton& s = *rig.skeleton;
  Foot foot;
  const Vec3 ankle = zero.at(leg.ankle);
  for (const CollisionPoint& c : robot.collision_points) {
    if (!within(s, c.body, leg.foot)) continue;
    const Vec3 at = zero.at({c.body, c.pos}) - ankle;
    // a leg without a foot stands on the tip of its lower segment
    if (leg.foot == leg.lower && at.norm() > kTip * leg_length) continue;
    foot.sole.push_back({at, c.radius, {c.body, c.pos}});
  }
  if (foot.sole.empty()) {
    for (const EndSite& e : s.end_sites()) {
      if (within(s, e.body, leg.foot)) {
        foot.sole.push_back({zero.at({e.body, e.pos}) - ankle, 0, {e.body, e.pos}});
      }
    }
  }
  if (foot.sole.empty()) {
    // a model without collision geometry: a foot of common proportions
    const double h = 0.07 * leg_length;
    for (const Vec3& p : {Vec3(-h, 0, -h), Vec3(2 * h, 0, -h)}) {
      const Vec3 local = leg.ankle.pos + zero.rot[z(leg.foot)].conjugate() * p;
      foot.sole.push_back({p, 0, {leg.foot, local}});
    }
  }
  double lowest = std::numeric_limits<double>::max();
  for (const SolePoint& p : foot.sole) lowest = std::min(lowest, p.pos.z() - p.radius);
  foot.ankle_height = -lowest;
  foot.roll = rig.roles.quadruped ? 0 : roll_limit(s, zero, leg);
  foot.heel = foot.right = std::numeric_limits<double>::max();
  foot.toe = foot.left = -foot.heel;
  for (const SolePoint& p : foot.sole) {
    // points well above the plane are not what a foot rolls over
    if (p.pos.z() - p.radius > lowest + 0.01) continue;
    foot.heel = std::min(foot.heel, p.pos.x());
    foot.toe = std::max(foot.toe, p.pos.x());
    foot.right = std::min(foot.right, p.pos.y());
    foot.left = std::max(foot.left, p.pos.y());
  }
  return foot;
}

}  // namespace

double sole_height(const Foot& foot, const Vec3& ankle, const Quat& rotation) {
  double lowest = std::numeric_limits<double>::max();
  for (const SolePoint& p : foot.sole)
    lowest = std::min(lowest, ankle.z() + (rotation * p.pos).z() - p.radius);
  return lowest;
}

RobotBody::RobotBody(Robot r)
    : robot(std::move(r)),
      hinged(retarget::hinged(robot.skeleton)),
      rig(make_rig(robot.skeleton, map_roles(*robot.skeleton))),
      zero(*robot.skeleton) {
  require(rig.pelvis == 0, Kind::bad_input,
          "robot '{}': its root body '{}' is not its pelvis or trunk '{}'", robot.name,
          robot.skeleton->bodies()[0].name, robot.skeleton->bodies()[z(rig.pelvis)].name);
  const double n = static_cast<double>(rig.legs.size());
  for (const Leg& leg : rig.legs) centre += zero.at(leg.hip) / n;
  for (size_t i = 0; i < rig.legs.size(); ++i) {
    const Leg& leg = rig.legs[i];
    hips[i] = zero.at(leg.hip) - centre;
    legs[i] = (zero.at(leg.knee) - zero.at(leg.hip)).norm() +
              (zero.at(leg.ankle) - zero.at(leg.knee)).norm();
    leg_length += legs[i] / n;
  }
  for (size_t i = 0; i < rig.legs.size(); ++i)
    feet[i] = measure_foot(robot, rig, zero, rig.legs[i], leg_length);
  robot.default_dofs.resize(z(robot.skeleton->dof_count()), 0.0);
  pairs = collision_pairs(robot);
}

}  // namespace motus::retarget
