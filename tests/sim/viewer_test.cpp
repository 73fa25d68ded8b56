// What an environment tells viewers: the reference, targets and headings; commands and pulls.
#include <cmath>

#include "motion/error.h"
#include "motion/math.h"
#include "sim/character_env.h"
#include "tests/catch.h"
#include "tests/sim/fixtures.h"

using namespace motus;
using namespace motus::sim;

namespace {

EnvConfig steering(const Robot& robot) {
  EnvConfig config = settings(robot);
  config.task.task = TaskKind::steering;
  config.task.speed_min = 1, config.task.speed_max = 3;
  config.enable_early_termination = false;
  return config;
}

double turn_of(const std::array<float, 2>& d) {
  return std::atan2(d[1], d[0]);
}

}  // namespace

TEST_CASE("a command's facing starts at the character's heading and turns, its travel with it") {
  // a root that faces y
  std::vector<float> s(13);
  s[3] = s[6] = std::sqrt(0.5f);
  Target t;
  const float command[3] = {0, 2, 0.5f};  // to the left, turning left
  command_target(command, s.data(), 0, t);
  CHECK(t.speed == Approx(2));
  CHECK(turn_of({t.face[0], t.face[1]}) == Approx(M_PI / 2));
  CHECK(std::abs(turn_of({t.dir[0], t.dir[1]})) == Approx(M_PI).margin(1e-6));
  for (int i = 0; i < 10; ++i) command_target(command, s.data(), 0.1f, t);
  CHECK(turn_of({t.face[0], t.face[1]}) == Approx(M_PI / 2 + 0.5).margin(1e-5));
  const float stand[3] = {0, 0, 0};
  command_target(stand, s.data(), 0.1f, t);
  CHECK(t.speed == 0);
  CHECK(t.dir[0] == t.face[0]);
}

TEST_CASE("only steering takes a velocity, and holds it") {
  const Robot robot = formats::load_robot("humanoid");
  EnvConfig config = steering(robot);
  config.task.change_min = config.task.change_max = 0.1f;
  CharacterEnv env(config, Dataset::from({swinging(robot)}), robot.model, 2, 3, 1);
  REQUIRE(env.set_command({.vx = 1.25}));
  env.reset();
  const std::vector<float> still(2 * 28);
  for (int i = 0; i < 8; ++i) {
    CHECK(env.obs()[145 - 3] == 1.25F);  // two of direction, speed, two of facing
    env.step(still);
  }
  for (const TaskKind task : {TaskKind::none, TaskKind::location}) {
    config.task.task = task;
    CharacterEnv other(config, Dataset::from({swinging(robot)}), robot.model, 1, 3, 1);
    CHECK_FALSE(other.set_command({.vx = 1}));
  }
}

TEST_CASE("markers show the targets, the reference is the clip") {
  const Robot robot = formats::load_robot("humanoid");
  EnvConfig config = steering(robot);
  CharacterEnv env(config, Dataset::from({swinging(robot)}), robot.model, 1, 3, 1);
  env.set_command({.vx = 3, .vy = 0});
  env.reset();
  // at the start of an episode the character is where its clip is
  const Pose here = env.pose(0), there = env.reference_pose(0).value();
  for (int i = 0; i < 3; ++i) CHECK(here.root_pos[i] == Approx(there.root_pos[i]).margin(1e-9));
  for (size_t i = 0; i < 28; ++i) CHECK(here.dof_pos[i] == Approx(there.dof_pos[i]).margin(1e-6));
  const std::vector<Marker> m = env.markers(0);
  REQUIRE(m.size() == 2);
  CHECK(m[0].name == "travel");
  // the largest speed lies 1.5 m ahead
  CHECK((m[0].pos - Vec3(here.root_pos[0], here.root_pos[1], here.root_pos[2])).norm() ==
        Approx(1.5).margin(1e-5));
  CHECK(m[0].angle == Approx(m[1].angle).margin(1e-6));

  config.task = {.task = TaskKind::location, .dist_min = 3, .dist_max = 3};
  CharacterEnv place(config, Dataset::from({swinging(robot)}), robot.model, 1, 3, 1);
  const Pose p = place.pose(0);
  REQUIRE(place.markers(0).size() == 2);
  const Vec3 target = place.markers(0).front().pos;
  CHECK(std::hypot(target.x() - p.root_pos[0], target.y() - p.root_pos[1]) == Approx(3));
  CHECK(target.z() == 0);
  // a commanded velocity is the base's own: its arrow turns with it
  config.task = {.task = TaskKind::velocity};
  Clip turned = swinging(robot);
  for (int f = 0; f < turned.frames(); ++f) {
    Clip::set_quat(turned.root_rot, f, 0, yaw_rotation(0.7) * turned.root_rot_at(f));
  }
  CharacterEnv told(config, Dataset::from({turned}), robot.model, 1, 3, 1);
  told.set_command({.vx = 0, .vy = 0.5});
  told.reset();
  REQUIRE(told.markers(0).size() == 1);
  CHECK(told.markers(0)[0].angle == Approx(0.7 + M_PI / 2).margin(1e-6));
  config.task = {};
  CharacterEnv plain(config, Dataset::from({swinging(robot)}), robot.model, 1, 3, 1);
  CHECK(plain.markers(0).empty());
}

TEST_CASE("a pull moves its environment alone, and ends when told") {
  const Robot robot = formats::load_robot("humanoid");
  EnvConfig config = settings(robot);
  config.enable_early_termination = false;
  config.rand_reset = false;
  const Dataset clips = Dataset::from({swinging(robot)});
  CharacterEnv env(config, clips, robot.model, 2, 3, 1), quiet(config, clips, robot.model, 2, 3, 1);
  CHECK_FALSE(env.pull({.env = 2, .body = 0}));
  CHECK_FALSE(env.pull({.env = 0, .body = 1000}));
  REQUIRE(env.pull({.env = 0, .body = 0, .force = {0, 0, 2000}}));
  const std::vector<float> still(2 * 28);
  for (int i = 0; i < 6; ++i) env.step(still), quiet.step(still);
  CHECK(env.pose(0).root_pos[2] > quiet.pose(0).root_pos[2] + 0.1);
  CHECK(env.pose(1).root_pos[2] == quiet.pose(1).root_pos[2]);
  // let go, it falls with gravity's acceleration
  REQUIRE(env.pull({}));
  const double before = env.pose(0).root_vel[2];
  env.step(still);
  CHECK(env.pose(0).root_vel[2] < before);
}
