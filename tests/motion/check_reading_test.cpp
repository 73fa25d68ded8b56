// Planted faults of reading, motors and loops: see check_test.cpp.
#include <algorithm>
#include <cmath>

#include "motion/check.h"
#include "motion/fix_frames.h"
#include "motion/kinematics.h"
#include "tests/catch.h"
#include "tests/motion/figure.h"
#include "tests/motion/findings.h"

using namespace motus;

TEST_CASE("repaired: what a reader had to mend is told, with its frames") {
  Clip c = standing_character();
  note_nan_hole(c.source, {"head", 12, 15});
  note_nan_hole(c.source, {"l_shin", 0, 60});
  c.source.metadata["quat_norm_dev"] = "0.02";
  const auto all = found(c, "repaired");
  REQUIRE(all.size() == 3);
  CHECK(all[0].part == "head");
  CHECK(all[0].first == 12);
  CHECK(all[0].last == 15);
  CHECK(all[2].value == Approx(0.02));
}

TEST_CASE("quaternion-order: w x y z read as x y z w, and back") {
  for (const bool forth : {true, false}) {
    for (const double yaw : {0.1, 1.6}) {
      Clip c = standing_character();
      for (int f = 0; f < c.frames(); ++f) {
        c.root_pos.row(f) = (yaw_rotation(yaw) * Vec3(0.03 * f, 0, 0.85)).transpose();
        const Quat q = yaw_rotation(yaw) * Quat(Eigen::AngleAxisd(0.05, Vec3::UnitY()));
        Clip::set_quat(c.root_rot, f, 0, q);
      }
      CHECK(found(c, "quaternion-order").empty());
      const Frames q = c.root_rot;
      for (int k = 0; k < 4; ++k) c.root_rot.col(k) = q.col((k + (forth ? 1 : 3)) % 4);
      const auto all = found(c, "quaternion-order");
      REQUIRE(all.size() == 1);
      CHECK(all[0].part.find(forth ? "xyzw" : "wxyz") != std::string::npos);
    }
  }
}

TEST_CASE("quaternion-order: a figure that lies on its side or back is no fault") {
  for (const Vec3& axis : {Vec3(1, 0, 0), Vec3(0, 1, 0), Vec3(0, -1, 0)}) {
    Clip c = standing_character();
    c.root_pos.col(2).setConstant(0.15);
    for (int f = 0; f < c.frames(); ++f)
      Clip::set_quat(c.root_rot, f, 0, Quat(Eigen::AngleAxisd(M_PI / 2, axis)));
    CHECK(found(c, "quaternion-order").empty());
  }
}

TEST_CASE("units: centimetres in the root, degrees in the dofs") {
  Clip c = standing_character();
  c.root_pos *= 100;
  REQUIRE(found(c, "units").size() == 1);
  CHECK(found(c, "units")[0].part == "root height");
  const Robot robot = figure_robot();
  Clip r = standing(robot.skeleton);
  for (int f = 0; f < r.frames(); ++f) r.dof_pos.row(f) << 20 * std::sin(0.1 * f), 30 + f % 20, 40;
  REQUIRE(found(r, "units", &robot).size() == 1);
  CHECK(found(r, "units", &robot)[0].part == "dofs look like degrees");
}

namespace {

/// A jump of the standing figure: 0.5 s in the air, at `fps` instead of 60.
Clip jump(double fps) {
  Clip c = standing_character();
  for (int f = 15; f <= 45; ++f) {
    const double t = (f - 15) / 60.0;
    c.root_pos(f, 2) = 0.85 + 0.5 * 9.81 * t * (0.5 - t);
  }
  c.fps = fps;
  return c;
}

}  // namespace

TEST_CASE("time-scale: a jump falls by gravity only at its own frames a second") {
  CHECK(found(jump(60), "time-scale").empty());
  CHECK(found(jump(75), "time-scale").empty());
  REQUIRE(found(jump(120), "time-scale").size() == 1);
  CHECK(found(jump(120), "time-scale")[0].value == Approx(4 * 9.81).epsilon(0.02));
  CHECK(found(jump(30), "time-scale").size() == 1);
}

TEST_CASE("time-scale: a walk that outruns a pendulum") {
  // compass gait: straight legs of 0.8 m, steps of 0.4 m in 12 frames, one foot standing at a time
  Robot robot = figure_robot();
  Skeleton::Spec spec = figure_spec(SkeletonKind::robot);
  spec.joints = {{.name = "l_hip", .body = 2, .axis = Vec3::UnitY()},
                 {.name = "r_hip", .body = 6, .axis = Vec3::UnitY()}};
  spec.dofs.clear();
  robot.skeleton = Skeleton::build(spec);
  robot.collision_points = {{.body = 4}, {.body = 8}};
  Clip c = standing(robot.skeleton);
  for (int f = 0; f < c.frames(); ++f) {
    const double ahead = (f % 12 - 6) * 0.4 / 12;  // of the standing foot
    const double angle = std::asin(ahead / 0.8);
    c.root_pos.row(f) << f * 0.4 / 12, 0, 0.8 * std::cos(angle);
    const bool left = f / 12 % 2 == 0;
    c.dof_pos.row(f) << (left ? angle : -angle), (left ? -angle : angle);
  }
  CHECK(found(c, "time-scale", &robot).empty());  // 1 m/s
  c.fps = 180;                                    // 6 m/s
  const auto all = found(c, "time-scale", &robot);
  REQUIRE(all.size() == 1);
  CHECK(all[0].value == Approx(36 / (9.81 * 0.79)).epsilon(0.03));
}

TEST_CASE("loop-heading: a cycle that turns snaps back") {
  Clip c = standing_character();
  c.loop = LoopMode::wrap;
  CHECK(found(c, "loop-heading").empty());
  Clip::set_quat(c.root_rot, 60, 0, yaw_rotation(0.1));
  REQUIRE(found(c, "loop-heading").size() == 1);
  CHECK(found(c, "loop-heading")[0].value == Approx(0.1 * 180 / M_PI));
}

TEST_CASE("dof-order: two legs whose knees were exchanged with a neck") {
  Skeleton::Spec spec = figure_spec(SkeletonKind::robot);
  spec.dofs[1].lower = 0.3, spec.dofs[2].upper = -0.3, spec.dofs[2].lower = -2;
  Robot robot = figure_robot();
  robot.skeleton = Skeleton::build(spec);
  Clip c = standing(robot.skeleton);
  for (int f = 0; f < c.frames(); ++f) c.dof_pos.row(f) << 0.1, 0.5, -0.6;
  CHECK(found(c, "dof-order", &robot).empty());
  c.dof_pos.col(1).swap(c.dof_pos.col(2));
  const auto all = found(c, "dof-order", &robot);
  REQUIRE(all.size() == 1);
  CHECK(all[0].part.find("left and right") != std::string::npos);
}

TEST_CASE("motor-speed: by the robot's own motors") {
  Robot robot = figure_robot();
  Clip c = standing(robot.skeleton);
  for (int f = 30; f < 40; ++f) c.dof_pos(f, 1) = 0.15 * (f - 29);
  CHECK(skipped(check(c, &robot), "motor-speed"));
  robot.speed_limits = {10, 4, 0};
  const auto all = found(c, "motor-speed", &robot);
  REQUIRE(all.size() == 1);
  CHECK(all[0].part == "l_knee");
  CHECK(all[0].first == 29);
  robot.speed_limits = {10, 100, 0};
  CHECK(found(c, "motor-speed", &robot).empty());
}

TEST_CASE("motor-torque and self-collision: from the mechanics that are handed in") {
  const Robot robot = figure_robot();
  const Clip c = standing(robot.skeleton);
  CHECK(skipped(check(c, &robot), "motor-torque"));
  CHECK(skipped(check(c, &robot), "self-collision"));
  CheckPhysics p;
  p.torque = Frames::Constant(c.frames(), 3, 25.0);
  p.torque_limit = {10, 10, 10};
  p.contacts = {{7, 4, 8, 0.005}};
  CHECK(check(c, &robot, &p).findings.empty());
  p.torque.block(10, 2, 8, 1).setConstant(-31);
  p.contacts.push_back({20, 4, 8, 0.03});
  const CheckReport report = check(c, &robot, &p);
  REQUIRE(report.findings.size() == 2);
  CHECK(report.findings[0].rule == "motor-torque");
  CHECK(report.findings[0].part == "r_knee");
  CHECK(report.findings[0].value == Approx(31));
  CHECK(report.findings[1].rule == "self-collision");
  CHECK(report.findings[1].part == "l_foot and r_foot");
  CHECK(report.findings[1].first == 20);
  CHECK(report.findings[1].value == Approx(30));
}

TEST_CASE("motor-torque: impacts do not count, at any frame rate") {
  const Robot robot = figure_robot();
  Clip c = standing(robot.skeleton);
  REQUIRE(c.frames() >= 40);
  CheckPhysics p;
  p.torque_limit = {10, 10, 10};
  for (const int rate : {1, 2, 4}) {
    c.fps = 30 * rate;
    INFO(c.fps);
    // a foot that comes down, three times, and what lasts as long as all of them
    p.torque = Frames::Constant(c.frames(), 3, 5.0);
    for (const int at : {2, 15, 28}) p.torque.block(at, 1, 2 * rate - 1, 1).setConstant(40);
    CHECK(check(c, &robot, &p).findings.empty());
    p.torque.block(20, 2, 2 * rate, 1).setConstant(40);
    const std::vector<Finding> all = check(c, &robot, &p).findings;
    REQUIRE(all.size() == 1);
    CHECK(all[0].part == "r_knee");
    CHECK(all[0].last - all[0].first == 2 * rate - 1);
  }
}

TEST_CASE("stored-velocity: rates in the root's own frame are compared there") {
  Clip c = standing_character();
  for (int f = 0; f < c.frames(); ++f) {
    Clip::set_quat(c.root_rot, f, 0, yaw_rotation(M_PI / 2));
    c.root_pos(f, 1) = 0.03 * f;
  }
  Channel v;
  v.data = Frames::Zero(c.frames(), 3);
  v.data.col(0).setConstant(0.9);
  v.frame = "base";
  c.channels["root_lin_vel"] = v;
  CHECK(found(c, "stored-velocity").empty());
  c.channels["root_lin_vel"].frame = "world";
  CHECK(found(c, "stored-velocity").size() == 1);
}

TEST_CASE("one rule alone") {
  Clip c = standing_character();
  c.fps = 5;
  c.root_pos *= 100;
  CHECK(check(c, nullptr).findings.size() >= 2);
  const auto all = check(c, nullptr, nullptr, "units").findings;
  REQUIRE(all.size() == 1);
  CHECK(all[0].rule == "units");
}
