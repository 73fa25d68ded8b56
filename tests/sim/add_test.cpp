// ADD's environment: what its discriminator compares, how its episodes end; errors of tracking.
#include <cmath>

#include "sim/character_env.h"
#include "tests/catch.h"
#include "tests/sim/fixtures.h"

using namespace motus;
using namespace motus::sim;

namespace {

EnvConfig add(const Robot& robot, bool world) {
  EnvConfig c = settings(robot);
  c.env_name = "add";
  c.num_disc_obs_steps = 1;
  c.rand_reset = false;
  c.global_obs = world;
  c.enable_tar_obs = c.tracking.track_root = world;
  return c;
}

/// In the air, turned by 90 degrees: ahead is y.
Clip turned(const Robot& robot, LoopMode loop = LoopMode::wrap) {
  Clip c = swinging(robot, 1, 0.2, loop);
  for (int f = 0; f < c.frames(); ++f) {
    const double way = c.root_pos(f, 0), height = c.root_pos(f, 2);
    c.root_pos.row(f) << 0.02, way + 3, height + 600;
    c.root_rot.row(f) << std::sqrt(0.5), 0, 0, std::sqrt(0.5);
  }
  return c;
}

}  // namespace

TEST_CASE("ADD compares all bodies, in the world or in their own heading") {
  const Robot robot = formats::load_robot("humanoid");
  for (const bool world : {true, false}) {
    INFO("world " << world);
    CharacterEnv env(add(robot, world), Dataset::from({turned(robot)}), robot.model, 1, 4, 1);
    REQUIRE(env.spec().disc_obs == 3 + 6 + 84 + 42 + 6 + 28);
    std::vector<float> row(169);
    env.sample_demo(1, row);  // time 0: starts are not random
    Reference::Scratch s;
    env.reference().pose(0, 0, s);
    const Vec3 root = s.state.root_pos;
    // where it is in the world, or its height alone
    CHECK(row[0] == Approx(world ? 0.02 : 0).margin(1e-6));
    CHECK(row[1] == Approx(world ? 3 : 0).margin(1e-6));
    CHECK(row[2] == Approx(root.z()));
    // tangent and normal: ahead is y of the world, x of the heading
    CHECK(row[3] == Approx(world ? 0 : 1).margin(1e-6));
    CHECK(row[4] == Approx(world ? 1 : 0).margin(1e-6));
    for (size_t b = 1; b < 15; ++b) {
      const Vec3 d = s.poses.pos[b] - root;
      const Vec3 seen = world ? d : Vec3(d.y(), -d.x(), d.z());
      for (size_t k = 0; k < 3; ++k) {
        INFO("body " << b);
        CHECK(row[93 + 3 * (b - 1) + k] == Approx(seen[static_cast<int>(k)]).margin(1e-5));
      }
    }
    CHECK(row[135] == Approx(world ? 0 : 1).margin(1e-3));  // 1 m/s ahead
    CHECK(row[136] == Approx(world ? 1 : 0).margin(1e-3));
  }
}

TEST_CASE("ADD: the clip itself is no difference, a fall is one, a clip's end is a success") {
  const Robot robot = formats::load_robot("humanoid");
  EnvConfig c = add(robot, true);
  c.log_tracking_error = true;
  const std::vector<float> still(28, 0);
  {
    CharacterEnv env(c, Dataset::from({turned(robot)}), robot.model, 1, 4, 1);
    REQUIRE(env.align_demo());
    env.set_test(true);
    env.step(still);
    // free fall over four substeps of 1/120 s: g h^2 (1 + 2 + 3 + 4)
    const double fallen = 9.81 / 120 / 120 * 10;
    CHECK(env.aligned_demo()[2] - env.disc_obs()[2] == Approx(fallen).margin(2e-3));
    const auto said = env.diagnostics();
    const Pose here = env.pose(0), there = *env.reference_pose(0);
    const double away = (Vec3(here.root_pos) - Vec3(there.root_pos)).norm();
    CHECK(away > fallen / 2);
    CHECK(said.at("tracking_root_pos") == Approx(away));
    CHECK(said.at("tracking_root_vel") > 9.81 / 30 / 3 * 0.9);  // a mean over three components
    CHECK(said.at("tracking_dof_vel") > 0);
    CHECK(env.rewards()[0] == 0);
  }
  c.env_name = "view_motion";
  {
    CharacterEnv env(c, Dataset::from({turned(robot)}), robot.model, 1, 4, 1);
    env.set_test(true);
    for (int i = 0; i < 5; ++i) env.step(still);
    for (const auto& [name, value] : env.diagnostics()) {
      INFO(name);
      if (name.starts_with("tracking_")) CHECK(value == Approx(0).margin(1e-5));
    }
    env.set_test(false);
    env.step(still);
    CHECK(env.diagnostics().at("tracking_root_pos") == 0);  // of tests alone
  }
  c = add(robot, true);
  c.enable_early_termination = false;
  CharacterEnv env(c, Dataset::from({turned(robot, LoopMode::clamp)}), robot.model, 1, 4, 1);
  int steps = 0;
  while (env.done()[0] == Done::no && steps < 100) env.step(still), ++steps;
  CHECK(env.done()[0] == Done::success);
  CHECK(steps == 30);
}
