// One planted fault per rule: the rule finds it, at the right place, and nothing else is blamed for
// what it did not do.
#include "motion/check.h"

#include <algorithm>
#include <set>

#include "motion/error.h"
#include "motion/fix_frames.h"
#include "motion/kinematics.h"
#include "tests/catch.h"
#include "tests/motion/figure.h"

using namespace motus;

namespace {

std::vector<Finding> found(const Clip& clip, const std::string& rule,
                           const Robot* robot = nullptr) {
  std::vector<Finding> out = check(clip, robot).findings;
  std::erase_if(out, [&](const Finding& f) { return f.rule != rule; });
  return out;
}

bool skipped(const CheckReport& report, const std::string& rule) {
  return std::any_of(report.skipped.begin(), report.skipped.end(),
                     [&](const Skipped& s) { return s.rule == rule; });
}

void rotate_body(Clip& c, int f, int body, const Quat& q) {
  Clip::set_quat(c.local_rot, f, body, c.local_rot_at(f, body) * q);
}

}  // namespace

TEST_CASE("a clip of another skeleton cannot be judged by a robot") {
  const Robot robot = figure_robot();
  CHECK_THROWS_AS(check(standing_character(), &robot), Error);
}

TEST_CASE("a good clip has no findings") {
  for (const Finding& f : check(standing_character(), nullptr).findings) FAIL(describe(f));
  const Robot robot = figure_robot();
  const CheckReport report = check(standing(robot.skeleton), &robot);
  for (const Finding& f : report.findings) FAIL(describe(f));
  CHECK(skipped(report, "loop-seam"));
  CHECK(skipped(report, "stored-velocity"));
}

TEST_CASE("rules have names of their own and say what they mean") {
  std::set<std::string_view> names;
  for (const CheckRule& r : check_rules()) {
    CHECK(names.insert(r.name).second);
    CHECK(r.what.size() > 20);
  }
}

TEST_CASE("what is not known is skipped, not passed") {
  Skeleton::Spec spec = figure_spec(SkeletonKind::character);
  spec.roles.clear();
  const CheckReport report = check(standing(Skeleton::build(spec)), nullptr);
  CHECK(report.findings.empty());
  for (const char* rule : {"joint-limits", "foot-slide", "floor-penetration", "floating",
                           "mirrored", "knee-backwards", "moves-backwards", "up-axis"}) {
    INFO(rule);
    CHECK(skipped(report, rule));
  }
}

TEST_CASE("too-short") {
  Clip c = standing_character();
  c.root_pos.conservativeResize(2, 3), c.root_rot.conservativeResize(2, 4);
  c.local_rot.conservativeResize(2, c.local_rot.cols());
  CHECK(found(c, "too-short").size() == 1);
}

TEST_CASE("frame-rate") {
  Clip c = standing_character();
  c.fps = 5;
  CHECK(found(c, "frame-rate").size() == 1);
  c.fps = 30;
  c.source.fps_source = "guess";
  CHECK(found(c, "frame-rate").size() == 1);
}

TEST_CASE("duplicate-frames: 30 Hz data labelled 60") {
  Clip c = standing_character();
  for (int f = 1; f < c.frames(); f += 2) c.local_rot.row(f) = c.local_rot.row(f - 1);
  const auto all = found(c, "duplicate-frames");
  REQUIRE(all.size() == 1);
  CHECK(all[0].value == Approx(50).margin(1));
}

TEST_CASE("quaternion-sign") {
  Clip c = standing_character();
  for (int f = 20; f < c.frames(); ++f) c.local_rot.block<1, 4>(f, 4 * 3) *= -1;
  const auto all = found(c, "quaternion-sign");
  REQUIRE(all.size() == 1);
  CHECK(all[0].part == "l_shin");
  CHECK(all[0].first == 20);
}

TEST_CASE("stored-velocity: base-frame velocities of a turned root") {
  Clip c = standing_character();
  for (int f = 0; f < c.frames(); ++f) {
    Clip::set_quat(c.root_rot, f, 0, yaw_rotation(M_PI / 2));
    c.root_pos(f, 1) = 0.03 * f;
  }
  Channel v;
  v.data = linear_velocities(c.root_pos, c.fps);
  c.channels["root_lin_vel"] = v;
  CHECK(found(c, "stored-velocity").empty());
  for (int f = 0; f < c.frames(); ++f) {
    const Vec3 world = v.data.row(f).transpose();
    c.channels["root_lin_vel"].data.row(f) = (c.root_rot_at(f).conjugate() * world).transpose();
  }
  const auto all = found(c, "stored-velocity");
  REQUIRE(all.size() == 1);
  CHECK(all[0].part == "root_lin_vel");
}

TEST_CASE("loop-seam: a cycle may turn the figure, not its head") {
  Clip c = standing_character();
  c.loop = LoopMode::wrap;
  Clip::set_quat(c.root_rot, 60, 0, yaw_rotation(1.0));
  CHECK(found(c, "loop-seam").empty());
  rotate_body(c, 60, 1, yaw_rotation(0.2));
  const auto all = found(c, "loop-seam");
  REQUIRE(all.size() == 1);
  CHECK(all[0].part == "head");
  CHECK(all[0].value == Approx(0.2 * 180 / M_PI).epsilon(0.05));
}

TEST_CASE("joint-limits: dof, frames and the worst excess are named") {
  const Robot robot = figure_robot();
  Clip c = standing(robot.skeleton);
  for (int f = 10; f <= 14; ++f) c.dof_pos(f, 2) = -0.02 * (f - 9);
  const auto all = found(c, "joint-limits", &robot);
  REQUIRE(all.size() == 1);
  CHECK(all[0].part == "r_knee");
  CHECK(all[0].first == 10);
  CHECK(all[0].last == 14);
  CHECK(all[0].value == Approx(0.1));
}

TEST_CASE("joint-limits of a ball are those of its three hinges") {
  Skeleton::Spec spec = figure_spec(SkeletonKind::robot);
  spec.joints = {{.name = "neck", .type = JointType::ball, .body = 1}};
  spec.dofs = {{.name = "neck_x", .lower = -0.5, .upper = 0.5},
               {.name = "neck_y", .lower = -0.5, .upper = 0.5},
               {.name = "neck_z", .lower = -1.5, .upper = 1.5}};
  Clip c = standing(Skeleton::build(spec));
  c.dof_pos.setZero();
  const int xyz[3] = {0, 1, 2};
  const auto pose = [&](const Vec3& angles) {
    for (int f = 0; f < c.frames(); ++f)
      c.dof_pos.row(f) = log_map(from_euler(angles, xyz)).transpose();
  };
  // inside as angles, although the exponential map has components beyond 0.5
  pose(Vec3(0.49, 0.49, 1.4));
  CHECK(c.dof_pos.row(0).head(2).cwiseAbs().maxCoeff() > 0.5);
  CHECK(found(c, "joint-limits").empty());
  pose(Vec3(0.0, 0.6, 0.0));
  REQUIRE(found(c, "joint-limits").size() == 1);
  CHECK(found(c, "joint-limits")[0].part == "neck_y");
}

TEST_CASE("joint-limits: a hip may flex beyond a quarter turn") {
  Skeleton::Spec spec = figure_spec(SkeletonKind::robot);
  spec.joints = {{.name = "hip", .type = JointType::ball, .body = 2}};
  spec.dofs = {{.name = "hip_x", .lower = -0.5, .upper = 1},
               {.name = "hip_y", .lower = -2.4, .upper = 1},
               {.name = "hip_z", .lower = -1, .upper = 1}};
  Clip c = standing(Skeleton::build(spec));
  const int xyz[3] = {0, 1, 2};
  const Vec3 e = log_map(from_euler(Vec3(0.3, -1.9, 0.2), xyz));
  for (int f = 0; f < c.frames(); ++f) c.dof_pos.row(f) = e.transpose();
  CHECK(limit_excess(c).maxCoeff() < 1e-9);
}

TEST_CASE("joint-speed") {
  const Robot robot = figure_robot();
  Clip c = standing(robot.skeleton);
  c.fps = 240;
  for (int f = 30; f < 40; ++f) c.dof_pos(f, 1) = 0.15 * (f - 29);
  const auto all = found(c, "joint-speed", &robot);
  REQUIRE(all.size() == 1);
  CHECK(all[0].part == "l_shin");
}

TEST_CASE("joint-jump and root-jump: one frame out of place") {
  Clip c = standing_character();
  rotate_body(c, 25, 3, Quat(Eigen::AngleAxisd(0.6, Vec3::UnitY())));
  c.root_pos(40, 0) += 0.2;
  auto all = found(c, "joint-jump");
  REQUIRE(all.size() == 2);
  CHECK(all[0].part == "l_shin");
  CHECK(all[0].last == 25);
  CHECK(all[1].first == 25);
  CHECK(found(c, "root-jump").size() == 2);
}

TEST_CASE("foot-slide: a standing figure that drifts") {
  for (const bool as_robot : {false, true}) {
    const Robot robot = figure_robot();
    Clip c = as_robot ? standing(robot.skeleton) : standing_character();
    for (int f = 0; f < c.frames(); ++f) c.root_pos(f, 0) = 0.1 * f / c.fps;
    const auto all = found(c, "foot-slide", as_robot ? &robot : nullptr);
    REQUIRE(all.size() == 2);
    CHECK(all[0].part == "l_foot");
    CHECK(all[0].value == Approx(100).epsilon(0.01));
  }
}

TEST_CASE("floor-penetration and floating") {
  const Robot robot = figure_robot();
  Clip c = standing(robot.skeleton);
  for (int f = 20; f < 30; ++f) c.root_pos(f, 2) -= 0.03;
  const auto all = found(c, "floor-penetration", &robot);
  REQUIRE(all.size() == 2);
  CHECK(all[0].part == "l_foot");
  CHECK(all[0].first == 20);
  CHECK(all[0].last == 29);
  CHECK(all[0].value == Approx(30).epsilon(0.01));
  CHECK(found(c, "floating", &robot).empty());
  c.root_pos.col(2).array() += 0.1;
  CHECK(found(c, "floating", &robot).size() == 1);
}

TEST_CASE("mirrored: left and right swapped by a wrong axis") {
  Skeleton::Spec spec = figure_spec(SkeletonKind::character);
  for (Body& b : spec.bodies) b.rest_pos.y() *= -1;
  const Clip c = standing(Skeleton::build(spec));
  CHECK(found(c, "mirrored").size() == 1);
  CHECK(handedness(c) == Approx(-1));
  CHECK(handedness(standing_character()) == Approx(1));
}

TEST_CASE("knee-backwards") {
  Skeleton::Spec spec = figure_spec(SkeletonKind::character);
  for (const size_t shin : {3u, 7u}) spec.bodies[shin].rest_pos.x() *= -1;
  for (const size_t foot : {4u, 8u}) spec.bodies[foot].rest_pos.x() *= -1;
  CHECK(found(standing(Skeleton::build(spec)), "knee-backwards").size() == 1);
}

TEST_CASE("moves-backwards, whatever the heading") {
  for (const double yaw : {0.0, 2.0}) {
    Clip c = standing_character();
    for (int f = 0; f < c.frames(); ++f) {
      Clip::set_quat(c.root_rot, f, 0, yaw_rotation(yaw));
      c.root_pos.row(f) = (yaw_rotation(yaw) * Vec3(-0.5 * f / c.fps, 0, 0.85)).transpose();
    }
    const auto all = found(c, "moves-backwards");
    REQUIRE(all.size() == 1);
    CHECK(all[0].value == Approx(-0.5));
  }
}

TEST_CASE("up-axis: y up read as z up") {
  Clip c = standing_character();
  for (int f = 0; f < c.frames(); ++f)
    Clip::set_quat(c.root_rot, f, 0, Quat(Eigen::AngleAxisd(M_PI / 2, Vec3::UnitX())));
  CHECK(found(c, "up-axis").size() == 1);
}

TEST_CASE("size: centimetres taken for metres") {
  Skeleton::Spec spec = figure_spec(SkeletonKind::character);
  for (Body& b : spec.bodies) b.rest_pos *= 100;
  CHECK(found(standing(Skeleton::build(spec)), "size").size() == 1);
}

TEST_CASE("duplicate-frames: a staircase that went through a filter") {
  Clip c = standing_character();
  for (int f = 0; f < c.frames(); ++f) {
    c.local_rot.row(f) = c.local_rot.row(0);
    c.root_pos(f, 0) = 0.04 * (f / 2) + 1e-5 * f;
  }
  CHECK(found(c, "duplicate-frames").size() == 1);
  for (int f = 0; f < c.frames(); ++f) c.root_pos(f, 0) = 0.02 * f;
  CHECK(found(c, "duplicate-frames").empty());
}

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

TEST_CASE("a finding reads as a line") {
  const Finding f{.rule = "foot-slide",
                  .severity = Severity::warning,
                  .clip = "walk",
                  .first = 12,
                  .last = 40,
                  .part = "left_foot",
                  .value = 81.23,
                  .limit = 50,
                  .unit = "mm/s"};
  CHECK(describe(f) == "walk: foot-slide: left_foot, frames 12-40: 81.23 mm/s, limit 50");
}
