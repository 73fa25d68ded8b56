#include "motion/resample.h"

#include "motion/error.h"
#include "tests/catch.h"
#include "tests/motion/arm.h"

using namespace motus;

namespace {
Clip turn(int frames, double fps) {
  Clip c;
  c.skeleton = arm();
  c.fps = fps;
  c.root_pos = Frames::Zero(frames, 3);
  c.root_rot = Frames::Zero(frames, 4);
  c.dof_pos = Frames::Zero(frames, 4);
  for (int f = 0; f < frames; ++f) {
    c.root_pos(f, 0) = f / fps;
    Clip::set_quat(c.root_rot, f, 0, yaw_rotation(0.5 * f / fps));
    c.dof_pos.row(f).head<3>() = log_map(exp_map(Vec3(0, 1.0 * f / fps, 0))).transpose();
  }
  return c;
}
}  // namespace

TEST_CASE("a rate that is none is refused") {
  CHECK_THROWS_AS(resample(turn(3, 30), 0), Error);
  CHECK_THROWS_AS(cut(turn(3, 30), 2, 2), Error);
}

TEST_CASE("rates that would fill the memory are refused") {
  Clip slow = turn(3, 30);
  for (const double fps : {1e-300, 1e-7}) {
    slow.fps = fps;
    CHECK_THROWS_WITH(resample(slow, 50), Catch::Contains("too many frames"));
  }
  CHECK_THROWS_AS(resample(turn(3, 30), 1e300), Error);
  CHECK(steady_frames(1, 50, 7) == 51);
}

TEST_CASE("the same rate returns the same numbers") {
  const Clip c = turn(7, 30);
  CHECK(resample(c, 30).root_rot == c.root_rot);
}

TEST_CASE("whole ratios keep the frames in common, both ends included") {
  const Clip c = turn(31, 30), up = resample(c, 120), down = resample(up, 30);
  REQUIRE(up.frames() == 121);
  REQUIRE(down.frames() == 31);
  CHECK((down.root_pos - c.root_pos).cwiseAbs().maxCoeff() < 1e-12);
  CHECK((down.dof_pos - c.dof_pos).cwiseAbs().maxCoeff() < 1e-12);
}

TEST_CASE("in between lies the same motion") {
  const Clip r = resample(turn(31, 30), 50);
  for (int f = 0; f < r.frames(); ++f) {
    CHECK(r.root_pos(f, 0) == Approx(f / 50.0).margin(1e-12));
    CHECK(heading(r.root_rot_at(f)) == Approx(0.5 * f / 50.0).margin(1e-9));
    CHECK(r.dof_pos(f, 1) == Approx(f / 50.0).margin(1e-9));
  }
}
