#include "retarget/user_robot.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "motion/error.h"
#include "motion/kinematics.h"
#include "retarget/rig.h"
#include "retarget/tree.h"

namespace motus::retarget {

namespace {

constexpr double kSoftKnee = 0.4;    // rad, of a biped
constexpr double kFoldedKnee = 1.5;  // rad, of a quadruped
constexpr double kPitch = 0.7;       // least y of a hinge's axis that pitches

size_t z(int i) {
  return static_cast<size_t>(i);
}

/// A hinge that pitches at zero joint angles: its dof, and +1 if its axis points left.
struct PitchHinge {
  int dof = -1;
  double sign = 1;
};

PitchHinge pitch_hinge(const Skeleton& s, const ZeroPose& zero, int body) {
  const auto [first, last] = s.joints_of(body);
  for (int j = first; j < last; ++j) {
    const Joint& joint = s.joints()[z(j)];
    const double y = (zero.rot[z(body)] * joint.axis).y();
    if (joint.type == JointType::hinge && std::abs(y) > kPitch)
      return {joint.dof, y > 0 ? 1.0 : -1.0};
  }
  return {};
}

class Stance {
 public:
  Stance(Robot& robot, const Rig& rig) : robot_(robot), rig_(rig), s_(*robot.skeleton), zero_(s_) {}

  void take() {
    for (size_t d = 0; d < robot_.default_dofs.size(); ++d) set(static_cast<int>(d), 0);
    for (const Leg& leg : rig_.legs) bend(leg);
  }

  /// m, of the root above the lowest point of the body.
  double height() const {
    std::vector<Quat> rotations(z(s_.body_count()), Quat::Identity());
    for (int b = 1; b < s_.body_count(); ++b)
      rotations[z(b)] = joint_rotation(s_, b, robot_.default_dofs.data());
    BodyPoses p;
    forward(s_, Vec3::Zero(), Quat::Identity(), rotations, p);
    double lowest = 0;
    for (const CollisionPoint& c : robot_.collision_points)
      lowest = std::min(lowest, (p.pos[z(c.body)] + p.rot[z(c.body)] * c.pos).z() - c.radius);
    for (const Vec3& v : p.pos) lowest = std::min(lowest, v.z());
    return -lowest;
  }

 private:
  void set(int dof, double value) {
    const Dof& d = s_.dofs()[z(dof)];
    robot_.default_dofs[z(dof)] = std::clamp(value, d.lower, d.upper);
  }
  bool allows(const PitchHinge& h, double turn) const {
    const Dof& d = s_.dofs()[z(h.dof)];
    return h.sign * turn >= d.lower && h.sign * turn <= d.upper;
  }

  void bend(const Leg& leg) {
    const PitchHinge knee = pitch_hinge(s_, zero_, leg.lower);
    PitchHinge hip;
    for (int b = leg.upper; b > rig_.pelvis && hip.dof < 0; b = s_.bodies()[z(b)].parent)
      hip = pitch_hinge(s_, zero_, b);
    if (knee.dof < 0 || hip.dof < 0) return;
    // a human's knee turns the shin about +y; where the limits forbid it the robot bends the other way
    const double fold = rig_.roles.quadruped ? kFoldedKnee : kSoftKnee;
    double turn = rig_.roles.quadruped ? -fold : fold;
    if (!allows(knee, turn)) {
      const Dof& d = s_.dofs()[z(knee.dof)];
      const double mid = knee.sign * std::clamp(knee.sign * turn, d.lower, d.upper);
      turn = allows(knee, -turn) ? -turn : mid;
    }
    set(knee.dof, knee.sign * turn);
    // the hip turns the foot back under it
    const Vec3 thigh = zero_.at(leg.knee) - zero_.at(leg.hip);
    const Vec3 shin = pitch(turn) * (zero_.at(leg.ankle) - zero_.at(leg.knee));
    const Vec3 to_foot = thigh + shin;
    const double lift = std::atan2(to_foot.x(), -to_foot.z());
    set(hip.dof, hip.sign * lift);
    for (const int b : path(s_, leg.lower, leg.foot)) {
      const PitchHinge ankle = pitch_hinge(s_, zero_, b);
      if (ankle.dof >= 0) set(ankle.dof, -ankle.sign * (turn + lift));
    }
  }

  static Quat pitch(double angle) { return Quat(Eigen::AngleAxisd(angle, Vec3::UnitY())); }

  Robot& robot_;
  const Rig& rig_;
  const Skeleton& s_;
  ZeroPose zero_;
};

}  // namespace

Robot understand_robot(Robot robot) {
  require(robot.skeleton->dof_count() > 0, Kind::bad_input,
          "robot '{}': its model has no joints that turn: nothing could move", robot.name);
  RoleMap roles = map_roles(*robot.skeleton);
  Skeleton::Spec spec = robot.skeleton->spec();
  for (const RoleMatch& m : roles.matches) spec.roles[m.role] = m.body;
  // the root carries the legs, be it called a pelvis or a torso with a waist below it
  spec.roles[roles.quadruped ? "trunk" : "pelvis"] = 0;
  if (spec.roles.count("chest") && spec.roles["chest"] == 0) spec.roles.erase("chest");
  robot.skeleton = Skeleton::build(std::move(spec));
  robot.kind = roles.quadruped ? "quadruped" : "biped";

  const Skeleton& s = *robot.skeleton;
  const auto name = [&](int body) { return s.bodies()[z(body)].name; };
  for (const char* role : {"head", "left_hand", "right_hand"}) {
    if (s.role(role) >= 0) robot.key_bodies.push_back(name(s.role(role)));
  }
  const Rig rig = make_rig(robot.skeleton, map_roles(s));
  for (const Leg& leg : rig.legs) {
    robot.key_bodies.push_back(name(leg.foot));
    robot.foot_bodies.push_back(name(leg.foot));
  }
  robot.contact_bodies = robot.foot_bodies;

  Stance stance(robot, rig);
  const bool posed = std::any_of(robot.default_dofs.begin(), robot.default_dofs.end(),
                                 [](double v) { return v != 0; });
  if (!posed) stance.take();
  if (!posed || robot.root_height <= 0) robot.root_height = stance.height();
  return robot;
}

}  // namespace motus::retarget
