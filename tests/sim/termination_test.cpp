// Rules that end episodes, one by one, and the modes in which they start.
#include <algorithm>
#include <set>

#include "motion/error.h"
#include "sim/character_env.h"
#include "tests/catch.h"
#include "tests/sim/fixtures.h"

using namespace motus;
using namespace motus::sim;

namespace {

/// A Go2 on its back, hardly pressed in; or upright and high.
Clip lying(const Robot& robot) {
  Clip c = swinging(robot, 0, 0);
  for (int f = 0; f < c.frames(); ++f) {
    c.root_pos(f, 2) = 0.0569;
    Clip::set_quat(c.root_rot, f, 0, Quat(0, 1, 0, 0));
  }
  return c;
}

Done after(const Robot& robot, const EnvConfig& c, const Clip& clip, int steps) {
  CharacterEnv env(c, Dataset::from({clip}), robot.model, 1, 1, 1);
  const std::vector<float> still(static_cast<size_t>(env.spec().actions));
  for (int i = 0; i < steps; ++i) {
    env.step(still);
    if (env.done()[0] != Done::no) return env.done()[0];
  }
  return Done::no;
}

}  // namespace

TEST_CASE(
    "push: the norm of all contact forces; push_and_low: a low body too, not at first; low: the "
    "height alone") {
  const Robot robot = formats::load_robot("go2");
  EnvConfig c = settings(robot);
  c.termination = "push";
  CHECK(after(robot, c, lying(robot), 5) == Done::fail);
  c.contact_force = 1e5;
  CHECK(after(robot, c, lying(robot), 5) == Done::no);
  c = settings(robot);
  c.termination = "push_and_low";
  CHECK(after(robot, c, lying(robot), 1) == Done::no);  // progress > 1
  CHECK(after(robot, c, lying(robot), 5) == Done::fail);
  c.termination_height = 0.001;
  CHECK(after(robot, c, lying(robot), 5) == Done::no);
  c = settings(robot);
  c.termination = "low";
  c.termination_height = 0.5;
  Clip high = swinging(robot, 0, 0);
  high.root_pos.col(2).array() += 0.4;
  CHECK(after(robot, c, high, 1) == Done::no);
  CHECK(after(robot, c, high, 30) == Done::fail);  // it fell below
  c.enable_early_termination = false;
  CHECK(after(robot, c, high, 30) == Done::no);
}

TEST_CASE("forces on bodies are those that hold the robot's weight") {
  const Robot robot = formats::load_robot("go2");
  EnvConfig c = settings(robot);
  c.gain_scale = 6;
  c.action_centre = ActionCentre::clip_mean;
  Clip standing = swinging(robot, 0, 0);
  standing.root_pos.col(2).array() += 0.0165;
  CharacterEnv env(c, Dataset::from({standing}), robot.model, 1, 1, 1);
  const mjModel* m = env.sim_model().model.get();
  const DataPtr d(mj_makeData(m));
  Reference::Scratch s;
  env.reference().sample(0, 0, s);
  std::copy(s.qpos.begin(), s.qpos.end(), d->qpos);
  std::copy(s.dofs.begin(), s.dofs.end(), d->ctrl);
  for (int i = 0; i < 600; ++i) mj_step(m, d.get());
  const int bodies = robot.skeleton->body_count();
  const std::vector<unsigned char> none(static_cast<size_t>(bodies), 0);
  std::vector<float> forces(static_cast<size_t>(3 * bodies));
  double up = 0;
  REQUIRE(body_forces(m, d.get(), none.data(), bodies, env.sim_model().floor_geom, forces.data()));
  for (size_t b = 0; b < static_cast<size_t>(bodies); ++b) up += forces[3 * b + 2];
  CHECK(up == Approx(9.81 * m->body_subtreemass[0]).epsilon(0.01));
}

TEST_CASE("episodes start at random, at the beginning, in the default pose, or half and half") {
  const Robot robot = formats::load_robot("go2");
  EnvConfig c = settings(robot);
  c.num_disc_obs_steps = 2;
  c.init_pose = {1, 2, 0.5, 0, 0, 0};
  c.init_pose.insert(c.init_pose.end(), robot.default_dofs.begin(), robot.default_dofs.end());
  const auto heights = [&](const std::string& mode) {
    c.reset_mode = mode;
    CharacterEnv env(c, Dataset::from({swinging(robot)}), robot.model, 64, 1, 1);
    std::multiset<double> out;
    for (int e = 0; e < 64; ++e) out.insert(env.pose(e).root_pos[0]);
    return out;
  };
  const auto random = heights("random"), start = heights("start"), rest = heights("default"),
             hybrid = heights("hybrid");
  CHECK(std::set(random.begin(), random.end()).size() == 64);
  CHECK(*start.rbegin() == Approx(0).margin(1e-12));
  CHECK(*rest.begin() == 1);
  CHECK(*rest.rbegin() == 1);
  CHECK(hybrid.count(1) > 16);
  CHECK(hybrid.count(1) < 48);
  // at rest the history is the moment itself
  c.reset_mode = "default";
  CharacterEnv env(c, Dataset::from({swinging(robot)}), robot.model, 1, 1, 1);
  CHECK(env.obs()[0] == 0.5f);
  CHECK(env.pose(0).root_vel[0] == 0);
  c.init_pose.clear();
  CHECK_THROWS_WITH(CharacterEnv(c, Dataset::from({swinging(robot)}), robot.model, 1, 1, 1),
                    Catch::Contains("init_pose must tell it"));
  c.init_pose = {1, 2, 3, 4};
  CHECK_THROWS_WITH(CharacterEnv(c, Dataset::from({swinging(robot)}), robot.model, 1, 1, 1),
                    Catch::Contains("init_pose has 4 numbers"));
}

TEST_CASE("clips that cannot be imitated are refused") {
  const Robot robot = formats::load_robot("go2");
  const EnvConfig c = settings(robot);
  const auto refuse = [&](const Clip& clip, const char* words) {
    CHECK_THROWS_WITH(CharacterEnv(c, Dataset{robot.skeleton, {clip}}, robot.model, 1, 1, 1),
                      Catch::Contains(words));
  };
  Clip bad = swinging(robot);
  bad.dof_pos(3, 2) = NAN;
  refuse(bad, "frame 3");
  bad = swinging(robot);
  bad.fps = 0;
  refuse(bad, "frames a second");
  bad = swinging(robot);
  bad.weight = 0;
  refuse(bad, "weights");
  bad = swinging(robot);
  bad.dof_pos.conservativeResize(Eigen::NoChange, 11);
  refuse(bad, "dof");
  CHECK_THROWS_WITH(CharacterEnv(c, Dataset{robot.skeleton, {}}, robot.model, 1, 1, 1),
                    Catch::Contains("no clips"));
}
