// One planted fault per rule: the rule finds it, at the right place, and nothing else is blamed for
// what it did not do.
#include "motion/check.h"

#include <algorithm>
#include <set>

#include "motion/error.h"
#include "motion/kinematics.h"
#include "tests/catch.h"
#include "tests/motion/figure.h"
#include "tests/motion/findings.h"

using namespace motus;

namespace {

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
