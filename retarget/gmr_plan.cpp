#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "motion/error.h"
#include "motion/kinematics.h"
#include "retarget/frames.h"
#include "retarget/gmr.h"

namespace motus::retarget {

namespace {

// a LAFAN1 actor: taken for 1.75 m tall, thigh and shin 0.8587 m long
constexpr double kHeight = 1.75, kLegLength = 0.8587;

size_t z(int i) {
  return static_cast<size_t>(i);
}

/// The axes of LAFAN1's joints seen in this skeleton's own, if it is built like LAFAN1: spine and
/// legs along one axis x, hips apart along z.
std::optional<Quat> lafan_axes(const Skeleton& s, const RoleMap& roles) {
  const auto rest = [&](const std::string& role) {
    const int b = roles.body(role);
    return b < 0 ? Vec3(Vec3::Zero()) : s.bodies()[z(b)].rest_pos;
  };
  for (const Body& b : s.bodies()) {
    if (!b.rest_rot.isApprox(Quat::Identity(), 1e-6)) return {};
  }
  const Vec3 left = rest("left_upper_leg") - rest("right_upper_leg"), leg = rest("left_lower_leg");
  if (left.norm() < 1e-6 || leg.norm() < 1e-6) return {};
  const Vec3 x = leg.normalized(), side = left.normalized();
  const auto along = [&](const std::string& role) {
    return rest(role).normalized().dot(x) > 0.999;
  };
  if (std::abs(side.dot(x)) > 0.02 || !along("right_lower_leg") || !along("left_foot") ||
      !along("left_lower_arm") || !along("right_lower_arm"))
    return {};
  return frame_zy(side, side.cross(x));
}

/// The axes x left, y up, z forward of SMPL's bodies seen in this skeleton's, if it is SMPL's: all
/// bodies parallel in a T-pose.
std::optional<Quat> smpl_axes(const Skeleton& s, const RoleMap& roles) {
  const auto has = [&](const char* name) { return s.find_body(name) >= 0; };
  if (!has("L_Collar") && !has("L_Thorax") && !has("left_collar")) return {};
  const ZeroPose zero(s);
  for (const Quat& q : zero.rot) {
    if (!q.isApprox(zero.rot[0], 1e-6)) return {};
  }
  const auto at = [&](const char* role) { return zero.pos[z(roles.body(role))]; };
  const Vec3 left = at("left_upper_leg") - at("right_upper_leg");
  const Vec3 up = at("pelvis") - at("left_lower_leg");
  // the axis of the skeleton nearest to each direction
  const Quat nearest = snapped(frame_zy(up, left));
  Eigen::Matrix3d m = nearest.toRotationMatrix();
  Eigen::Matrix3d axes;
  axes << m.col(1), m.col(2), m.col(0);
  return zero.rot[0].conjugate() * Quat(axes);
}

/// Rotations of robot bodies that stand to the source's bodies as in the rest pose: frames of the
/// same parts of the body, built alike on both sides.
class RestTurns {
 public:
  RestTurns(const Clip& source, const RoleMap& roles, const RobotBody& robot)
      : seen_(observe(source, roles)), robot_(robot) {
    for (int f = 0; f < source.frames(); ++f) rotations_.push_back(forward(source, f).rot);
  }

  Quat turn(const std::string& role, int human, int body) const {
    MeanRotation mean;
    for (size_t f = 0; f < seen_.poses.size(); ++f)
      mean.add(rotations_[f][z(human)].conjugate() * part(seen_.poses[f], role));
    return mean.mean() * robot_part(role).conjugate() * robot_.zero.rot[z(body)];
  }

 private:
  static Quat part(const Pose& p, const std::string& role) {
    if (role == "pelvis") return p.pelvis;
    if (role == "chest") return p.chest;
    const size_t side = role.rfind("left", 0) == 0 ? 0 : 1;
    const auto ends = [&](const char* word) { return role.find(word) != std::string::npos; };
    if (ends("foot") || ends("toe")) return p.legs[side].foot;
    const LegPose& leg = p.legs[side];
    const ArmPose& arm = p.arms[side];
    if (ends("upper_leg")) return frame_zy(-leg.thigh, leg.knee_axis);
    if (ends("lower_leg")) return frame_zy(-leg.shin, leg.knee_axis);
    // an elbow bends the other way
    if (ends("upper_arm")) return frame_zy(-arm.upper, -arm.elbow_axis);
    return frame_zy(-arm.lower, -arm.elbow_axis);
  }

  Quat robot_part(const std::string& role) const {
    const ZeroPose& zero = robot_.zero;
    Pose p;
    for (size_t i = 0; i < robot_.rig.legs.size(); ++i) {
      const Leg& leg = robot_.rig.legs[i];
      const Vec3 thigh = zero.at(leg.knee) - zero.at(leg.hip);
      p.legs[i].thigh = thigh;
      p.legs[i].shin = zero.at(leg.ankle) - zero.at(leg.knee);
      p.legs[i].knee_axis = zero.rot[z(leg.upper)] * bend_axis(*robot_.rig.skeleton, zero,
                                                               leg.upper, leg.lower, thigh, true);
    }
    for (size_t i = 0; i < robot_.rig.arms.size(); ++i) {
      const Arm& arm = robot_.rig.arms[i];
      const Vec3 upper = zero.at(arm.elbow) - zero.at(arm.shoulder);
      p.arms[i].upper = upper;
      p.arms[i].lower = zero.at(arm.wrist) - zero.at(arm.elbow);
      p.arms[i].elbow_axis = zero.rot[z(arm.upper)] * bend_axis(*robot_.rig.skeleton, zero,
                                                                arm.upper, arm.lower, upper, false);
    }
    return part(p, role);
  }

  Observation seen_;
  const RobotBody& robot_;
  std::vector<std::vector<Quat>> rotations_;
};

struct HumanTask {
  int pos_body, turn_body;
  double scale;
  Quat turn;
  Vec3 shift;
};

double leg_length(const Skeleton& s, const Rig& rig) {
  const ZeroPose zero(s);
  const Leg& leg = rig.legs[0];
  return (zero.at(leg.knee) - zero.at(leg.hip)).norm() +
         (zero.at(leg.ankle) - zero.at(leg.knee)).norm();
}

}  // namespace

GmrPlan gmr_plan(const Clip& source, const RoleMap& roles, const RobotBody& robot) {
  const Skeleton& s = *source.skeleton;
  const std::optional<Quat> smpl = smpl_axes(s, roles), lafan = lafan_axes(s, roles);
  const GmrTable* table = smpl ? gmr_smplx(robot.robot.name) : nullptr;
  if (!table) table = gmr_lafan(robot.robot.name);
  if (!table)
    throw Error(Kind::bad_input,
                fmt::format("--scheme gmr has no published tables for '{}'", robot.robot.name),
                "it knows g1 and pi_plus; leave --scheme away for any other robot");
  const bool is_smplx = table == gmr_smplx(robot.robot.name);
  const std::optional<Quat> axes = is_smplx ? smpl : lafan;
  const bool published = table->turns_published && axes;
  std::optional<RestTurns> rest;
  if (!published) rest.emplace(source, roles, robot);

  GmrPlan plan;
  plan.note = fmt::format("tables: {}; rotation offsets: {}", table->name,
                          published ? "published" : "from the rest poses");
  const Rig rig = make_rig(source.skeleton, roles);
  const double height = kHeight * leg_length(s, rig) / kLegLength;
  std::vector<HumanTask> humans;
  for (const GmrRow& row : table->rows) {
    const int human = roles.body(row.role);
    require(human >= 0, Kind::bad_input, "--scheme gmr: the source has no {}", row.role);
    const int body = robot.robot.skeleton->find_body(row.body);
    require(body >= 0, Kind::bad_input, "--scheme gmr: robot '{}' has no body '{}'",
            robot.robot.name, row.body);
    HumanTask h{human, human, row.scale * height / table->assumed_height, Quat::Identity(),
                Vec3(row.shift[0], row.shift[1], row.shift[2])};
    const std::string role = row.role;
    if (published) {
      // the toes say how a foot lies
      const size_t at = role.find("_foot");
      if (at != std::string::npos && roles.body(role.substr(0, at) + "_toe") >= 0)
        h.turn_body = roles.body(role.substr(0, at) + "_toe");
      h.turn = *axes * Quat(row.turn[0], row.turn[1], row.turn[2], row.turn[3]);
    } else {
      h.turn = rest->turn(role, human, body);
    }
    humans.push_back(h);
    plan.tasks.push_back({body,
                          Vec3(row.point[0], row.point[1], row.point[2]),
                          {row.first[0], row.second[0]},
                          {row.first[1], row.second[1]}});
  }
  plan.scale = humans[0].scale;

  const int root = roles.body("pelvis");
  plan.targets.resize(z(source.frames()));
  for (int f = 0; f < source.frames(); ++f) {
    const BodyPoses p = forward(source, f);
    const Vec3 from = p.pos[z(root)], to = plan.scale * from;
    for (const HumanTask& h : humans) {
      Transform t;
      t.rot = p.rot[z(h.turn_body)] * h.turn;
      t.pos = h.scale * (p.pos[z(h.pos_body)] - from) + to + t.rot * h.shift;
      plan.targets[z(f)].push_back(t);
    }
  }
  return plan;
}

}  // namespace motus::retarget
