#include "motion/metrics.h"

#include "motion/math.h"
#include "tests/catch.h"

using namespace motus;

namespace {

constexpr double kRadius = 0.022;

/// A ball that goes ahead at `speed` and turns as if it rolled at `rolling`, m/s.
Slide slide_of_ball(double speed, double rolling) {
  Skeleton::Spec spec;
  spec.name = "ball";
  spec.kind = SkeletonKind::robot;
  spec.bodies = {{.name = "ball"}};
  Clip c;
  c.skeleton = Skeleton::build(spec);
  c.fps = 50;
  c.root_pos = Frames::Zero(11, 3);
  c.root_rot = Frames::Zero(11, 4);
  c.dof_pos = Frames::Zero(11, 0);
  for (int f = 0; f < 11; ++f) {
    // a heading of 0.3 rad: both components matter
    c.root_pos.row(f) << std::cos(0.3) * speed * f / c.fps, std::sin(0.3) * speed * f / c.fps,
        kRadius;
    const Vec3 axis(-std::sin(0.3), std::cos(0.3), 0);
    Clip::set_quat(c.root_rot, f, 0, exp_map(axis * (rolling * f / c.fps / kRadius)));
  }
  return slide(floor_tracks(c, {{.body = 0, .radius = kRadius, .foot = 0}}, OwnFloor::no), 0);
}

}  // namespace

TEST_CASE("a ball slides by what its lowest point rubs, or not at all where its centre stands") {
  CHECK(slide_of_ball(0.1, 0).mean == Approx(0.1));
  CHECK(slide_of_ball(0.1, 0.1).mean == Approx(0).margin(1e-9));
  CHECK(slide_of_ball(0.1, 0.06).mean == Approx(0.04));
  CHECK(slide_of_ball(0.1, -0.1).mean == Approx(0.1));
  CHECK(slide_of_ball(0, 0.1).mean == Approx(0).margin(1e-9));
  CHECK(slide_of_ball(0.1, 0.1).steps == 10);
}
