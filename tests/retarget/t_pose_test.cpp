// A pose at rest in gives the pose at rest out.
#include "motion/kinematics.h"
#include "tests/catch.h"
#include "tests/retarget/figures.h"
#include "tests/retarget/walker.h"

using namespace motus;
using namespace motus::retarget;

namespace {

constexpr int kFrames = 45;

/// All joints at zero, for kFrames.
Clip still(const SkeletonPtr& s, double height) {
  Clip c;
  c.name = "still";
  c.skeleton = s;
  c.fps = 30;
  c.root_pos = Frames::Zero(kFrames, 3);
  c.root_pos.col(2).setConstant(height);
  c.root_rot = Frames::Zero(kFrames, 4);
  c.root_rot.col(0).setOnes();
  if (s->dof_count() > 0) {
    c.dof_pos = Frames::Zero(kFrames, s->dof_count());
  } else {
    c.local_rot.resize(kFrames, 4 * s->body_count());
    for (int f = 0; f < kFrames; ++f) {
      for (int b = 0; b < s->body_count(); ++b) Clip::set_quat(c.local_rot, f, b, Quat::Identity());
    }
  }
  return c;
}

double angle(const Vec3& a, const Vec3& b) {
  return std::atan2(a.cross(b).norm(), a.dot(b));
}

}  // namespace

TEST_CASE("a T-pose gives every biped's: arms out, legs down, trunk upright, all still") {
  // the floor lies 0.95 m below the hips' parent (tests/retarget/figures.h)
  const Clip source = still(person_named({}), 0.94);
  for (const std::string name :
       {"g1", "g1_23dof", "pi_plus", "smpl", "humanoid", "humanoid_sword_shield"}) {
    INFO(name);
    const RobotBody robot = robot_body(name);
    const Result r = run(source, robot);
    const BodyPoses p = forward(r.clip, kFrames - 1);
    const auto at = [&](const Point& q) {
      const size_t b = static_cast<size_t>(q.body);
      return Vec3(p.pos[b] + p.rot[b] * q.pos);
    };
    const auto upright = [&](int body) {
      const size_t b = static_cast<size_t>(body);
      return (p.rot[b] * robot.zero.rot[b].conjugate()).angularDistance(Quat::Identity());
    };
    CHECK(upright(robot.rig.pelvis) < 0.02);
    if (robot.rig.chest >= 0) CHECK(upright(robot.rig.chest) < 0.02);
    for (const Arm& arm : robot.rig.arms) {
      const Vec3 out = arm.side * Vec3::UnitY();
      CHECK(angle(at(arm.elbow) - at(arm.shoulder), out) < 0.1);
      CHECK(angle(at(arm.wrist) - at(arm.elbow), out) < 0.2);
    }
    for (const Leg& leg : robot.rig.legs) {
      CHECK(angle(at(leg.ankle) - at(leg.hip), -Vec3::UnitZ()) < 0.1);
      CHECK(upright(leg.foot) < 0.02);
    }
    const Metrics& m = r.report.metrics;
    CHECK(m.limit_outside == 0);
    CHECK(m.collision_share == 0);
    CHECK(m.penetration_max < 1e-3);
    CHECK(m.float_mean < 1e-3);
    // (a shoulder whose first and last hinge lie on one line may turn between the two)
    const BodyPoses before = forward(r.clip, kFrames - 5);
    for (const Arm& arm : robot.rig.arms) {
      const size_t hand = static_cast<size_t>(arm.hand);
      CHECK((p.pos[hand] - before.pos[hand]).norm() < 0.001);
      CHECK(p.rot[hand].angularDistance(before.rot[hand]) < 0.01);
    }
    for (const Leg& leg : robot.rig.legs) {
      const size_t foot = static_cast<size_t>(leg.foot);
      CHECK((p.pos[foot] - before.pos[foot]).norm() < 1e-4);
    }
  }
}

TEST_CASE("a quadruped that stands in its default pose stands in it again") {
  for (const std::string name : {"go2", "a1"}) {
    INFO(name);
    const RobotBody robot = robot_body(name);
    Clip c = still(robot.robot.skeleton, robot.robot.root_height);
    for (int d = 0; d < c.skeleton->dof_count(); ++d)
      c.dof_pos.col(d).setConstant(robot.robot.default_dofs[static_cast<size_t>(d)]);
    Options options;
    options.copy_same_dofs = false;
    const Result r = run(c, robot, options);
    CHECK((r.clip.dof_pos - c.dof_pos).cwiseAbs().maxCoeff() < 0.05);
    CHECK(r.clip.root_rot_at(10).angularDistance(Quat::Identity()) < 0.01);
    CHECK(r.report.metrics.penetration_max < 1e-3);
  }
}
