// Each edit: what it refuses, the parameter that changes nothing, its inverse, golden values.
#include <cmath>

#include "motion/edit_loop.h"
#include "motion/edit_place.h"
#include "motion/edit_smooth.h"
#include "motion/edit_time.h"
#include "motion/error.h"
#include "motion/kinematics.h"
#include "motion/resample.h"
#include "tests/catch.h"
#include "tests/motion/figure.h"

using namespace motus;

namespace {

/// A figure that walks a bow, nods and steps; as a character or a robot, with channels of all kinds.
Clip moving(SkeletonKind kind, int frames = 61) {
  Clip c = standing(Skeleton::build(figure_spec(kind)));
  c.root_pos.conservativeResize(frames, 3), c.root_rot.conservativeResize(frames, 4);
  const bool robot = kind == SkeletonKind::robot;
  Frames& pose = robot ? c.dof_pos : c.local_rot;
  pose.conservativeResize(frames, pose.cols());
  for (int f = 0; f < frames; ++f) {
    const double t = f / c.fps;
    c.root_pos.row(f) = Vec3(0.9 * t, 0.2 * t * t, 0.85 + 0.02 * std::sin(9 * t)).transpose();
    Clip::set_quat(c.root_rot, f, 0,
                   yaw_rotation(0.3 * t) * Quat(Eigen::AngleAxisd(0.1 * t, Vec3::UnitY())));
    if (robot) {
      c.dof_pos.row(f) << 0.4 * std::sin(3 * t), 0.5 + 0.3 * std::sin(5 * t), 0.4 + 0.2 * t;
      continue;
    }
    for (int b = 0; b < c.skeleton->body_count(); ++b) {
      const Vec3 axis = Vec3(1, 0.3 * b, -0.5).normalized();
      const double angle = b == 0 ? 0 : 0.2 * std::sin(4 * t + b);
      Clip::set_quat(c.local_rot, f, b, Quat(Eigen::AngleAxisd(angle, axis)));
    }
  }
  c.channels["root_lin_vel"] = {.data = linear_velocities(c.root_pos, c.fps),
                                .components = 3,
                                .names = {},
                                .units = "m/s",
                                .frame = "world"};
  c.channels["markers"] = {
      .data = c.root_pos, .components = 3, .names = {"pelvis"}, .units = "m", .frame = "world"};
  Frames contacts = Frames::Zero(frames, 2);
  for (int f = 0; f < frames; ++f) contacts(f, f / 10 % 2) = 1;
  c.channels["contacts"] = {
      .data = contacts, .components = 1, .names = {"l_foot", "r_foot"}, .units = "1", .frame = ""};
  return c;
}

void check_equal(const Clip& a, const Clip& b) {
  CHECK(a.fingerprint() == b.fingerprint());
  REQUIRE(a.channels.size() == b.channels.size());
  for (const auto& [name, c] : a.channels) CHECK(c.data == b.channels.at(name).data);
}

/// Largest difference of body positions (m).
double apart(const Clip& a, const Clip& b) {
  REQUIRE(a.frames() == b.frames());
  return (body_positions(a) - body_positions(b)).cwiseAbs().maxCoeff();
}

}  // namespace

TEST_CASE("edits refuse what has no meaning") {
  const Clip c = moving(SkeletonKind::character);
  const Clip robot = moving(SkeletonKind::robot);
  CHECK_THROWS_AS(change_speed(c, 0), Error);
  CHECK_THROWS_AS(change_speed(c, std::nan("")), Error);
  CHECK_THROWS_AS(scale(c, -1), Error);
  CHECK_THROWS_AS(scale(robot, 2), Error);
  CHECK_THROWS_AS(smooth(c, 0), Error);
  CHECK_THROWS_AS(make_loop(c, -1), Error);
  CHECK_THROWS_AS(make_loop(cut(c, 0, 3), 0.1), Error);
  CHECK_THROWS_AS(append(c, robot, 0), Error);
  for (const char* text : {"", "5", "a:b", "5:5", "9:3", ":99", "70:", "1.5:3", "-99:", "1s:9s"}) {
    INFO(text);
    CHECK_THROWS_AS(parse_range(text, c), Error);
  }
}

TEST_CASE("the parameter that changes nothing returns the clip bit for bit") {
  for (const SkeletonKind kind : {SkeletonKind::character, SkeletonKind::robot}) {
    const Clip c = moving(kind);
    check_equal(c, translate(c, Vec3::Zero()));
    check_equal(c, turn(c, 0));
    check_equal(c, scale(c, 1));
    check_equal(c, change_speed(c, 1));
    check_equal(c, resample(c, c.fps, Interpolation::cubic));
    check_equal(c, cut_range(c, parse_range(":", c)));
    check_equal(c, smooth(c, c.fps / 2));
    check_equal(c, reverse(reverse(c)));
  }
  Clip closed = standing_character();
  closed.local_rot.row(60) = closed.local_rot.row(0);
  closed.loop = LoopMode::wrap;
  check_equal(closed, make_loop(closed, 0.25));
}

TEST_CASE("ranges in frames, seconds, from the end") {
  const Clip c = moving(SkeletonKind::character);  // 61 frames at 30
  const auto is = [&](const char* text, int first, int last) {
    const FrameRange r = parse_range(text, c);
    CHECK(r.first == first);
    CHECK(r.last == last);
  };
  is("10:20", 10, 20);
  is(":-1", 0, 60);
  is("-5:", 56, 61);
  is("0.5s:1s", 15, 31);
  is("0.51s:0.99s", 16, 30);
  is("0s:2s", 0, 61);
  const Clip part = cut_range(c, {10, 20});
  CHECK(part.root_pos == c.root_pos.middleRows(10, 10));
  CHECK(part.channels.at("contacts").data == c.channels.at("contacts").data.middleRows(10, 10));
}

TEST_CASE("a part of a cycle is no cycle") {
  Clip c = moving(SkeletonKind::character);
  c.loop = LoopMode::wrap;
  CHECK(cut_range(c, {0, 30}).loop == LoopMode::clamp);
  CHECK(cut_range(c, {0, 61}).loop == LoopMode::wrap);
}

TEST_CASE("moves and turns have inverses, and world channels come along") {
  for (const SkeletonKind kind : {SkeletonKind::character, SkeletonKind::robot}) {
    const Clip c = moving(kind);
    CHECK(apart(c, turn(turn(c, 1.2), -1.2)) < 1e-12);
    CHECK(apart(c, translate(translate(c, Vec3(1, -2, 3)), Vec3(-1, 2, -3))) < 1e-12);
    const Clip t = turn(translate(c, Vec3(1, 2, 0)), M_PI / 2);
    CHECK((t.channels.at("markers").data - t.root_pos).cwiseAbs().maxCoeff() < 1e-12);
    CHECK((t.channels.at("root_lin_vel").data - linear_velocities(t.root_pos, t.fps))
              .cwiseAbs()
              .maxCoeff() < 1e-9);
  }
}

TEST_CASE("face: by the hips of a figure, by the root of a robot") {
  Clip c = moving(SkeletonKind::character);
  // a root whose own x axis points elsewhere
  Skeleton::Spec spec = c.skeleton->spec();
  for (Body& b : spec.bodies) {
    if (b.parent == 0) b.rest_pos = yaw_rotation(0.7) * b.rest_pos, b.rest_rot = yaw_rotation(0.7);
  }
  c.skeleton = Skeleton::build(std::move(spec));
  c.local_rot.setZero();
  for (int f = 0; f < c.frames(); ++f)
    for (int b = 0; b < c.skeleton->body_count(); ++b) c.local_rot(f, 4 * b) = 1;
  CHECK(facing_angle(c, 0) == Approx(0.7));
  CHECK(facing_angle(face(c, -2), 0) == Approx(-2));
  const Clip robot = moving(SkeletonKind::robot);
  CHECK(heading(face(robot, 1).root_rot_at(0)) == Approx(1));
}

TEST_CASE("ground: the lowest point touches the floor, twice is once") {
  const Robot robot = figure_robot();
  Clip c = moving(SkeletonKind::robot);
  c.root_pos.col(2).array() += 0.3;
  const Clip g = ground(c, &robot);
  const std::vector<double> low = lowest_points(g, &robot);
  CHECK(std::abs(*std::min_element(low.begin(), low.end())) < 1e-12);
  CHECK(apart(g, ground(g, &robot)) < 1e-12);
  const Clip figure = ground(moving(SkeletonKind::character), nullptr);
  double least = 1e9;
  const Frames p = body_positions(figure);
  for (int b = 0; b < 10; ++b) least = std::min(least, p.col(3 * b + 2).minCoeff());
  CHECK(std::abs(least) < 1e-12);
}

TEST_CASE("scale: twice as large, then half") {
  const Clip c = moving(SkeletonKind::character);
  const Clip twice = scale(c, 2);
  CHECK((body_positions(twice) - 2 * body_positions(c)).cwiseAbs().maxCoeff() < 1e-12);
  CHECK(apart(c, scale(twice, 0.5)) < 1e-12);
}

TEST_CASE("speed: half the frames, rates twice as large; there and back") {
  const Clip c = moving(SkeletonKind::robot);
  const Clip fast = change_speed(c, 2);
  CHECK(fast.fps == c.fps);
  REQUIRE(fast.frames() == 31);
  CHECK((fast.root_pos.row(7) - c.root_pos.row(14)).norm() < 1e-12);
  CHECK((fast.channels.at("root_lin_vel").data.row(7) -
         2 * c.channels.at("root_lin_vel").data.row(14))
            .norm() < 1e-12);
  CHECK(apart(c, change_speed(fast, 0.5)) < 2e-3);
}

TEST_CASE("cubic resampling: exact on the old frames, closer than straight lines between them") {
  for (const SkeletonKind kind : {SkeletonKind::character, SkeletonKind::robot}) {
    const Clip fine = moving(kind, 241);
    Clip coarse = fine;  // every fourth frame
    coarse = resample(fine, fine.fps / 4);
    const Clip cubic = resample(coarse, fine.fps, Interpolation::cubic);
    const Clip straight = resample(coarse, fine.fps);
    CHECK(apart(resample(cubic, coarse.fps), coarse) < 1e-12);
    const Clip inner = cut(fine, 8, 232);
    CHECK(apart(cut(cubic, 8, 232), inner) < 0.2 * apart(cut(straight, 8, 232), inner));
  }
}

TEST_CASE("append: a clip cut in two is whole again") {
  for (const SkeletonKind kind : {SkeletonKind::character, SkeletonKind::robot}) {
    const Clip c = moving(kind);
    const Clip a = cut(c, 0, 31);
    const Clip b = turn(translate(cut(c, 30, 61), Vec3(5, 6, 0)), 2);
    for (const double blend : {0.0, 0.2}) {
      // frame 30 starts both parts, and their one-sided rates differ by the bend of one step
      CHECK(apart(c, append(a, b, blend)) < (blend > 0 ? 5e-3 : 1e-9));
    }
    CHECK(append(a, b, 0).channels.at("contacts").data == c.channels.at("contacts").data);
  }
}

TEST_CASE("append: another pose is reached without a jump, the end of the second is its own") {
  const Clip a = cut(moving(SkeletonKind::character), 0, 31);
  Clip b = standing_character();
  const Clip joined = append(a, b, 0.5);
  REQUIRE(joined.frames() == 31 + 61 - 1);
  CHECK(joined.root_pos.topRows(31) == a.root_pos);
  CHECK(joined.local_rot.topRows(31) == a.local_rot);
  double worst = 0;
  for (int f = 1; f < joined.frames(); ++f) {
    for (int i = 1; i < 10; ++i) {
      const Quat p = joined.local_rot_at(f - 1, i), q = joined.local_rot_at(f, i);
      worst = std::max(worst, log_map(p.conjugate() * q).norm());
    }
  }
  CHECK(worst < 0.06);  // the fastest joint of `a` turns by 0.027 a frame
  CHECK((joined.local_rot.bottomRows(40) - b.local_rot.bottomRows(40)).cwiseAbs().maxCoeff() <
        1e-9);
}

TEST_CASE("smooth: a straight line and an even turn are left alone, noise is not") {
  Clip c = standing_character();
  for (int f = 0; f < c.frames(); ++f) {
    c.root_pos(f, 0) = 0.03 * f;
    Clip::set_quat(c.root_rot, f, 0, yaw_rotation(0.02 * f));
  }
  const Clip still = smooth(c, 4);
  CHECK((still.root_pos - c.root_pos).cwiseAbs().maxCoeff() < 1e-12);
  CHECK((still.root_rot - c.root_rot).cwiseAbs().maxCoeff() < 1e-9);
  CHECK((still.root_pos.row(0) - c.root_pos.row(0)).norm() < 1e-15);
  // the gain at the corner is 1 / sqrt 2
  Clip wave = standing_character();
  wave.loop = LoopMode::wrap;
  for (int f = 0; f < wave.frames(); ++f)
    wave.root_pos(f, 2) = 0.85 + 0.1 * std::sin(2 * M_PI * f / 10.0);
  const Clip softer = smooth(wave, 3);  // 30 / 10 = 3 Hz
  CHECK((softer.root_pos.col(2).array() - 0.85).abs().maxCoeff() ==
        Approx(((wave.root_pos.col(2).array() - 0.85) * std::sqrt(0.5)).abs().maxCoeff())
            .epsilon(1e-3));
  CHECK((softer.root_pos.row(0) - softer.root_pos.row(60)).norm() < 1e-12);
}

TEST_CASE("smooth does not depend on how the world is turned") {
  const Clip c = moving(SkeletonKind::character);
  CHECK(apart(smooth(turn(c, 1), 5), turn(smooth(c, 5), 1)) < 1e-2);
  Clip from = smooth(c, 5);
  CHECK_FALSE(from.channels.contains("root_lin_vel"));
  CHECK(from.channels.contains("contacts"));
}

TEST_CASE("loop: the seam closes in value, the middle stays bit for bit") {
  for (const SkeletonKind kind : {SkeletonKind::character, SkeletonKind::robot}) {
    const Clip c = moving(kind);
    const Clip l = make_loop(c, 0.3);
    const int last = c.frames() - 1;
    CHECK(l.loop == LoopMode::wrap);
    CHECK(std::abs(heading_drift(l)) > 0.5);  // a turn of 34 degrees is meant
    CHECK(l.root_pos(last, 2) == l.root_pos(0, 2));
    if (kind == SkeletonKind::robot) {
      CHECK(l.dof_pos.row(last) == l.dof_pos.row(0));
      CHECK(l.dof_pos.middleRows(10, 41) == c.dof_pos.middleRows(10, 41));
    } else {
      CHECK(l.local_rot.row(last) == l.local_rot.row(0));
      CHECK(l.local_rot.middleRows(10, 41) == c.local_rot.middleRows(10, 41));
    }
    CHECK(check(l, nullptr, nullptr, "loop-seam").findings.empty());
  }
}

TEST_CASE("loop: a small drift of the heading is straightened, speed is kept") {
  Clip c = standing_character();
  for (int f = 0; f < c.frames(); ++f) {
    const double a = 0.2 * f / 60;
    Clip::set_quat(c.root_rot, f, 0, yaw_rotation(a));
    if (f > 0)
      c.root_pos.row(f) = c.root_pos.row(f - 1) +
                          (0.03 * yaw_rotation(a)._transformVector(Vec3::UnitX())).transpose();
  }
  const Clip l = make_loop(c, 0.2);
  CHECK(std::abs(heading_drift(l)) < 1e-9);
  CHECK((l.root_pos.row(60) - l.root_pos.row(0)).norm() == Approx(60 * 0.03).epsilon(1e-3));
  CHECK(std::abs(l.root_pos(60, 1)) < 0.02);
}
