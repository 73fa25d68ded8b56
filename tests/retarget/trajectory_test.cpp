// The stages over a whole clip: smoothness, stance, windows, threads.
#include "retarget/trajectory.h"

#include <random>

#include "motion/error.h"
#include "motion/kinematics.h"
#include "motion/resample.h"
#include "retarget/loop.h"
#include "tests/catch.h"
#include "tests/retarget/walker.h"

using namespace motus;
using namespace motus::retarget;

namespace {

/// The walk with its neighbours before and after: longer than a window of the sweep.
Clip long_walk() {
  const Clip w = walk();
  return unroll(w, w.frames() - 1);
}

/// A source whose joints tremble by about a degree.
Clip noisy_walk() {
  Clip c = walk();
  std::mt19937 rng(5);
  std::normal_distribution<double> noise(0, 0.02);
  for (int f = 0; f < c.frames(); ++f) {
    for (int b = 1; b < c.skeleton->body_count(); ++b)
      Clip::set_quat(c.local_rot, f, b,
                     c.local_rot_at(f, b) * exp_map(Vec3(noise(rng), noise(rng), noise(rng))));
  }
  return c;
}

double mean_jerk(const Clip& c) {
  double sum = 0;
  for (int f = 0; f + 3 < c.frames(); ++f)
    sum += (c.dof_pos.row(f + 3) - 3 * c.dof_pos.row(f + 2) + 3 * c.dof_pos.row(f + 1) -
            c.dof_pos.row(f))
               .cwiseAbs()
               .mean();
  return sum / (c.frames() - 3);
}

}  // namespace

TEST_CASE("the number of threads does not change a bit, windows and all") {
  const RobotBody g1 = robot_body("g1");
  const Clip source = long_walk();
  Options options;
  for (const Quality quality : {Quality::draft, Quality::full}) {
    options.quality = quality;
    options.jobs = 1;
    const Clip one = run(source, g1, options).clip;
    options.jobs = 5;
    const Clip five = run(source, g1, options).clip;
    CHECK(one.dof_pos == five.dof_pos);
    CHECK(one.root_pos == five.root_pos);
    CHECK(one.root_rot == five.root_rot);
  }
}

TEST_CASE("windows of the sweep meet: no seam where one ends") {
  const RobotBody g1 = robot_body("g1");
  Options options;
  options.quality = Quality::draft;
  const Clip c = run(long_walk(), g1, options).clip;
  REQUIRE(c.frames() > 520);
  const auto bend = [&](int f) {
    return (c.dof_pos.row(f + 1) - 2 * c.dof_pos.row(f) + c.dof_pos.row(f - 1))
        .cwiseAbs()
        .maxCoeff();
  };
  // one period earlier is the same moment of the walk
  const int period = walk().frames() - 1;
  for (int f = 510; f < 515; ++f) CHECK(bend(f) == Approx(bend(f - period)).margin(2e-3));
}

TEST_CASE("full is smoother than draft where the source trembles, and still answers it") {
  const RobotBody g1 = robot_body("g1");
  const Clip source = noisy_walk();
  Options options;
  options.quality = Quality::draft;
  const Result draft = run(source, g1, options);
  options.quality = Quality::full;
  const Result full = run(source, g1, options);
  CHECK(mean_jerk(full.clip) < 0.25 * mean_jerk(draft.clip));
  CHECK(full.report.metrics.bone_angle < draft.report.metrics.bone_angle + 0.03);
}

TEST_CASE("a foot in stance does not move by a tenth of a millimetre") {
  for (const std::string name : {"g1", "humanoid", "smpl", "pi_plus"}) {
    INFO(name);
    const Result r = run(walk(), robot_body(name));
    CHECK(r.report.plant_slide_max / r.clip.fps < 1e-4);
  }
}

TEST_CASE("where a clip starts does not matter thirty frames later") {
  for (const auto& [name, clip] :
       {std::pair("g1", "walk.bvh"), {"smpl", "walk.bvh"}, {"go2", "go2_trot.h5"}}) {
    INFO(name);
    const RobotBody robot = robot_body(name);
    const Clip cycle = shipped_clip(clip);
    Clip source = unroll(cycle, cycle.frames() - 1);
    source.loop = LoopMode::clamp;
    Options options;
    options.fps = 30;
    options.copy_same_dofs = false;
    const int skip = 20, settled = 30;
    source = resample(source, 30);
    const Clip whole = run(source, robot, options).clip;
    const Clip later = run(cut(source, skip, source.frames()), robot, options).clip;
    double worst = 0;
    for (int f = settled; f < later.frames(); ++f)
      worst = std::max(worst,
                       (later.dof_pos.row(f) - whole.dof_pos.row(f + skip)).cwiseAbs().maxCoeff());
    CHECK(worst < 0.01);
  }
}
