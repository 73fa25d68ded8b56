// Events and terrain stay with what they name, whatever is done to the clip.
#include "motion/events.h"

#include <cmath>

#include "motion/edit_place.h"
#include "motion/edit_time.h"
#include "motion/error.h"
#include "motion/resample.h"
#include "tests/catch.h"
#include "tests/motion/arm.h"

using namespace motus;

namespace {

/// Two seconds at 10 fps with a step from 0.5 to 1.5 s and a clap at 1 s, on a slope.
Clip marked() {
  Clip c;
  c.name = "marked";
  c.skeleton = Skeleton::build(arm_spec());
  c.fps = 10;
  c.root_pos = Frames::Zero(21, 3);
  c.root_rot = Frames::Zero(21, 4);
  c.root_rot.col(0).setOnes();
  c.dof_pos = Frames::Zero(21, c.skeleton->dof_count());
  c.events = {{"step", 0.5, 1.5}, {"clap", 1, 1}};
  c.terrain = Terrain{
      .heights = Frames{{0, 1, 2}, {3, 4, 5}}, .origin_x = 1, .origin_y = 2, .spacing = 0.5};
  return c;
}

void check(const Event& e, const char* label, double start, double end) {
  CHECK(e.label == label);
  CHECK(std::abs(e.start - start) < 1e-12);
  CHECK(std::abs(e.end - end) < 1e-12);
}

}  // namespace

TEST_CASE("events that are no stretch of time, and terrain without a grid, are refused") {
  Clip c = marked();
  c.validate();
  c.events[0].end = 0.4;
  CHECK_THROWS_WITH(c.validate(), Catch::Contains("event 'step'"));
  c = marked();
  c.events[1].start = std::nan("");
  CHECK_THROWS_AS(c.validate(), Error);
  c = marked();
  c.terrain->spacing = 0;
  CHECK_THROWS_WITH(c.validate(), Catch::Contains("terrain"));
}

TEST_CASE("a cut keeps the part of an event that it keeps") {
  const Clip late = cut(marked(), 8, 21);
  REQUIRE(late.events.size() == 2);
  check(late.events[0], "step", 0, 0.7);
  check(late.events[1], "clap", 0.2, 0.2);
  const Clip early = cut(marked(), 0, 8);
  REQUIRE(early.events.size() == 1);
  check(early.events[0], "step", 0.5, 0.7);
}

TEST_CASE("events follow speed, direction and what is appended") {
  check(change_speed(marked(), 2).events[0], "step", 0.25, 0.75);
  check(reverse(marked()).events[0], "step", 0.5, 1.5);
  Clip c = marked();
  c.events = {{"start", 0, 0.25}};
  check(reverse(c).events[0], "start", 1.75, 2);
  const Clip both = append(c, c, 0);
  REQUIRE(both.events.size() == 2);
  check(both.events[1], "start", 2, 2.25);
}

TEST_CASE("terrain moves with the clip that stands on it") {
  const Clip moved = translate(marked(), Vec3(1, -1, 0.5));
  CHECK(moved.terrain->origin_x == 2);
  CHECK(moved.terrain->origin_y == 1);
  CHECK(moved.terrain->heights(1, 2) == 5.5);
  CHECK_FALSE(turn(marked(), 0.3).terrain);  // a grid along the axes is none any more
}
