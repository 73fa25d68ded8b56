// Tracking (MimicKit's deepmimic): reward by its formula, targets, and how its episodes end; viewers'
// environments; dodgeball; commanded velocities.
#include <cmath>

#include "motion/error.h"
#include "sim/character_env.h"
#include "sim/tracking_terms.h"
#include "tests/catch.h"
#include "tests/sim/fixtures.h"

using namespace motus;
using namespace motus::sim;

namespace {

EnvConfig tracking(const Robot& robot) {
  EnvConfig c = settings(robot);
  c.env_name = "deepmimic";
  c.task.task = TaskKind::tracking;
  c.num_disc_obs_steps = 1;
  c.rand_reset = false;
  return c;
}

Clip high(const Robot& robot, LoopMode loop = LoopMode::wrap) {
  Clip c = swinging(robot, 1, 0.2, loop);
  c.root_pos.col(2).array() += 600;
  return c;
}

std::vector<float> still(const VecEnv& env) {
  return std::vector<float>(static_cast<size_t>(env.spec().envs) *
                            static_cast<size_t>(env.spec().actions));
}

}  // namespace

TEST_CASE("the tracking reward is the sum of its five terms") {
  const SnapshotLayout l{.joint_features = 0, .dofs = 0, .keys = 1};
  std::vector<float> s(static_cast<size_t>(l.size())), r;
  s[3] = 1, s[2] = 0.9f, s[13] = 0.3f;
  r = s;
  TrackingOptions o;
  const auto reward = [&](JointErrors e = {}) {
    return tracking_reward(l, o, s.data(), r.data(), e);
  };
  CHECK(reward() == Approx(1));
  CHECK(reward({.pose = 2}) == Approx(0.5 * std::exp(-0.25 * 2) + 0.5));
  CHECK(reward({.vel = 30}) == Approx(0.9 + 0.1 * std::exp(-0.01 * 30)));
  s[0] = 5, s[1] = -3;  // x and y are free
  CHECK(reward() == Approx(1));
  s[2] = 1.0f;
  CHECK(reward() == Approx(0.85 + 0.15 * std::exp(-5 * 0.01)).margin(1e-6));
  o.height = false;
  CHECK(reward() == Approx(1));
  o.height = true, o.track_root = true;
  CHECK(reward() == Approx(0.85 + 0.15 * std::exp(-5 * (25 + 9 + 0.01))).margin(1e-6));
  s = r, o.track_root = false;
  s[7] = 0.4f, s[10] = 0.5f;  // m/s, rad/s
  CHECK(reward() == Approx(0.9 + 0.1 * std::exp(-(0.16 + 0.1 * 0.25))).margin(1e-6));
  s = r;
  s[14] = 0.2f;  // a key body
  CHECK(reward() == Approx(0.85 + 0.15 * std::exp(-10 * 0.04)).margin(1e-6));
  // another heading is another place to stand, unless the root is tracked
  s = r;
  s[3] = std::cos(0.6f), s[6] = std::sin(0.6f);
  s[13] = 0.3f * std::cos(1.2f), s[14] = 0.3f * std::sin(1.2f);
  CHECK(reward() == Approx(1).margin(1e-6));
  o.track_root = true;
  const double key = 2 * 0.09 * (1 - std::cos(1.2));
  CHECK(reward() == Approx(0.7 + 0.15 * std::exp(-5 * 0.1 * 1.44) + 0.15 * std::exp(-10 * key)));
  // a lean of 0.4 rad counts the same under any heading
  o.track_root = false;
  s = r;
  const Quat lean = exp_map(Vec3(0, 0, 2.9)) * exp_map(Vec3(0, 0.4, 0));
  s[3] = static_cast<float>(lean.w()), s[4] = static_cast<float>(lean.x());
  s[5] = static_cast<float>(lean.y()), s[6] = static_cast<float>(lean.z());
  s[13] = 0.3f * std::cos(2.9f), s[14] = 0.3f * std::sin(2.9f);
  CHECK(reward() == Approx(0.85 + 0.15 * std::exp(-5 * 0.1 * 0.16)).margin(1e-5));
}

TEST_CASE("tracking: a clip replayed earns everything, joint weights weigh, clips end in success") {
  const Robot robot = formats::load_robot("go2");
  EnvConfig c = tracking(robot);
  c.env_name = "view_motion";  // the clip itself moves
  {
    CharacterEnv env(c, Dataset::from({high(robot)}), robot.model, 1, 1, 1);
    for (int i = 0; i < 5; ++i) {
      env.step(still(env));
      CHECK(env.rewards()[0] == Approx(1).margin(1e-4));
    }
  }
  c = tracking(robot);
  const auto after = [&](const EnvConfig& config) {
    CharacterEnv env(config, Dataset::from({high(robot)}), robot.model, 1, 1, 1);
    for (int i = 0; i < 5; ++i) env.step(still(env));
    return env.rewards()[0];
  };
  EnvConfig light = c;
  light.joint_err_w.assign(static_cast<size_t>(robot.skeleton->body_count()) - 1, 0.0);
  CHECK(after(light) > after(c) + 0.05f);
  light.joint_err_w.pop_back();
  CHECK_THROWS_WITH(after(light), Catch::Contains("joint_err_w has 15 numbers"));

  CharacterEnv env(c, Dataset::from({high(robot, LoopMode::clamp)}), robot.model, 1, 1, 1);
  int steps = 0;
  while (env.done()[0] == Done::no && steps < 100) env.step(still(env)), ++steps;
  CHECK(env.done()[0] == Done::success);
  CHECK(steps == 30);
  CHECK(env.diagnostics().at("end_share") == 1);
}

TEST_CASE(
    "targets show the clip ahead, in the world from the character or in the first one's heading") {
  const Robot robot = formats::load_robot("go2");
  EnvConfig c = tracking(robot);
  c.enable_tar_obs = true;
  c.tar_obs_steps = {1, 3};
  Clip clip = high(robot);
  for (int f = 0; f < clip.frames(); ++f) {  // faces y, still walks along x
    Clip::set_quat(clip.root_rot, f, 0, exp_map(Vec3(0, 0, M_PI / 2)));
  }
  const size_t own = 133, one = 3 + 6 + 16 * 6 + 4 * 3;
  {
    CharacterEnv env(c, Dataset::from({clip}), robot.model, 1, 1, 1);
    REQUIRE(env.spec().obs == static_cast<int>(own + 2 * one));
    CHECK(env.obs()[own] == Approx(1.0 / 30).margin(1e-4));
    CHECK(env.obs()[own + 1] == Approx(0.02 * std::sin(2 * M_PI / 30)).margin(1e-4));
    CHECK(env.obs()[own + 2] == Approx(clip.root_pos(0, 2)).margin(1e-3));
    CHECK(env.obs()[own + one] == Approx(3.0 / 30).margin(1e-4));
    CHECK(env.obs()[own + 3] == Approx(0).margin(1e-6));  // its x axis looks along y
    CHECK(env.obs()[own + 4] == Approx(1));
  }
  c.global_obs = false;
  CharacterEnv env(c, Dataset::from({clip}), robot.model, 1, 1, 1);
  CHECK(env.obs()[own] == Approx(0).margin(1e-6));
  CHECK(env.obs()[own + one + 1] == Approx(-2.0 / 30).margin(1e-4));  // to its right
  CHECK(env.obs()[own + 3] == Approx(1));
}

TEST_CASE("view_motion shows every clip in turn, a wrapping one five times") {
  const Robot robot = formats::load_robot("go2");
  EnvConfig c = settings(robot);
  c.env_name = "view_motion";
  c.reset_mode = "in_turn";
  c.enable_early_termination = false;
  c.episode_length = 0;
  c.sim_freq = c.control_freq;
  std::vector<Clip> clips{swinging(robot, 1, 0.2, LoopMode::wrap),
                          swinging(robot, 0.5, 0.1, LoopMode::clamp)};
  clips[1].name = "other";
  CharacterEnv env(c, Dataset::from(clips), robot.model, 3, 1, 1);
  std::vector<int> ends(3, 0);
  for (int i = 1; i <= 160; ++i) {
    env.step(still(env));
    if (i == 10) {
      CHECK(env.pose(0).root_pos[0] == Approx(10.0 / 30));
      CHECK(env.pose(1).root_pos[0] == Approx(5.0 / 30));
      CHECK(env.pose(2).root_pos[0] == Approx(10.0 / 30));
    }
    for (size_t e = 0; e < 3; ++e) {
      if (env.done()[e] == Done::time && ends[e] == 0) ends[e] = i;
    }
  }
  CHECK(ends == std::vector<int>{150, 30, 150});
}

TEST_CASE("char_dof_test swings one dof after the other under a still root") {
  const Robot robot = formats::load_robot("go2");
  EnvConfig c = settings(robot);
  c.env_name = "char_dof_test";
  c.reset_mode = "default";
  c.enable_early_termination = false;
  c.init_pose = {0, 0, 1, 0, 0, 0};
  c.init_pose.insert(c.init_pose.end(), robot.default_dofs.begin(), robot.default_dofs.end());
  CharacterEnv env(c, Dataset::from({swinging(robot)}), robot.model, 2, 1, 1);
  for (int i = 0; i < 30; ++i) env.step(still(env));  // a quarter of the first swing
  const auto moved = [&](int e, size_t dof) {
    return std::abs(env.pose(e).dof_pos[dof] - robot.default_dofs[dof]);
  };
  CHECK(moved(0, 0) > 0.5);
  CHECK(moved(0, 1) < 0.1);
  CHECK(moved(1, 1) > 0.5);
  CHECK(env.pose(0).root_pos[2] == 1);
}

TEST_CASE("dodgeball: balls are parked, thrown at the body on their clock, and a hit fails") {
  const Robot robot = formats::load_robot("humanoid");
  EnvConfig c = settings(robot);
  c.env_name = "task_dodgeball";
  c.task.task = TaskKind::dodgeball;
  c.task.dodgeball.target_body = "torso";
  c.task.dodgeball.aim_noise = 0;
  c.enable_early_termination = false;
  c.task.dodgeball.time_min = c.task.dodgeball.time_max = 1;
  Clip standing = swinging(robot, 0, 0);
  CharacterEnv env(c, Dataset::from({standing}), robot.model, 8, 1, 1);
  REQUIRE(env.spec().obs == 146);
  CHECK(env.obs()[140] == Approx(10).margin(0.2));
  // far away at first: nearly all of the reward's first term
  env.step(still(env));
  CHECK(env.rewards()[0] > 0.9f);
  int hits = 0;
  for (int i = 0; i < 60; ++i) {
    env.step(still(env));
    hits += static_cast<int>(std::count(env.done().begin(), env.done().end(), Done::fail));
  }
  CHECK(hits >= 4);
  CHECK(env.diagnostics().at("hit_share") == 1);
  c.task.dodgeball.target_body = "trso";
  CHECK_THROWS_WITH(CharacterEnv(c, Dataset::from({standing}), robot.model, 1, 1, 1),
                    Catch::Contains("proj_target_body names body 'trso'"));
  CHECK(dodgeball_reward(2, 0.5f, 0) == Approx(0.9 * (1 - std::exp(-0.6)) + 0.1 * std::exp(-0.25)));
}

TEST_CASE("a commanded velocity: reward, range, standing, resampling") {
  VelocityOptions o;
  std::vector<float> s(13);
  const Quat yaw = exp_map(Vec3(0, 0, M_PI / 2));
  s[3] = static_cast<float>(yaw.w()), s[6] = static_cast<float>(yaw.z());
  s[8] = 1;      // along y, which is ahead
  s[12] = 0.5f;  // turning left
  const VelocityCommand c{1, 0, 0.5f};
  CHECK(velocity_reward(o, s.data(), c, 0.03f) == Approx(1.5 + 0.5).margin(1e-5));
  s[7] = -0.5f;  // to the left
  CHECK(velocity_reward(o, s.data(), c, 0.03f) == Approx(1.5 * std::exp(-1) + 0.5).margin(1e-5));
  s[12] = 1;
  CHECK(velocity_reward(o, s.data(), c, 0.03f) ==
        Approx(1.5 * std::exp(-1) + 0.5 * std::exp(-1)).margin(1e-5));
  const float low[3] = {0, 0, 0}, middle[3] = {0.39f, 0.5f, 0.5f};
  CHECK(draw_command(o, low).vx == -1);
  CHECK(draw_command(o, low).vy == Approx(-0.3));
  CHECK(draw_command(o, middle).vx == 0);  // 0.17 m/s is standing

  const EnvConfig config =
      read_env_config("engines/mujoco_engine.yaml", "envs/amp_hardware_a1_env.yaml");
  EnvConfig brief = config;
  brief.task.velocity.resample_steps = 5;
  brief.enable_early_termination = false;
  const Robot robot = formats::load_robot("a1");
  CharacterEnv env(brief, Dataset::from({swinging(robot)}), robot.model, 1, 1, 1);
  const float first = env.obs()[5];
  for (int i = 0; i < 4; ++i) env.step(still(env));
  CHECK(env.obs()[5] == first);
  env.step(still(env));
  CHECK(env.obs()[5] != first);
  REQUIRE(env.set_command({.vx = 1, .wz = -1}));
  env.step(still(env));
  CHECK(env.obs()[3] == 2);
  CHECK(env.obs()[5] == -0.25f);
}
