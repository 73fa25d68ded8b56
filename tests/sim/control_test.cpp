// What an action does in each control mode, and when.
#include "sim/control.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "sim/character_env.h"
#include "sim/delay.h"
#include "tests/catch.h"
#include "tests/sim/fixtures.h"

using namespace motus;
using namespace motus::sim;

namespace {

constexpr double kInertia = 0.1, kKp = 4, kKd = 1, kLimit = 2;

/// A heavy block with an arm on a hinge through its centre of mass: inertia kInertia, nothing else.
Robot arm() {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / fmt::format("motus_arm_{}.xml", getpid());
  std::ofstream(file) << fmt::format(R"(<mujoco><worldbody><body name="block">
      <inertial pos="0 0 0" mass="1e6" diaginertia="1e6 1e6 1e6"/><geom size="0.1"/>
      <body name="arm"><joint name="swing" axis="0 0 1" range="-100 100" stiffness="{}" damping="{}"
          actuatorfrcrange="{} {}"/>
        <inertial pos="0 0 0" mass="0.1" diaginertia="{} {} {}"/><geom size="0.1"/></body>
    </body></worldbody><compiler angle="radian"/></mujoco>)",
                                     kKp, kKd, -kLimit, kLimit, kInertia, kInertia, kInertia);
  Robot robot = formats::load_robot(file.string());
  robot.root_height = 100;
  robot.default_dofs.assign(1, 0.0);
  return robot;
}

EnvConfig free_settings(const Robot& robot, const std::string& mode) {
  EnvConfig c = settings(robot);
  c.control_mode = mode;
  c.self_collision = false;
  c.rand_reset = false;
  c.enable_early_termination = false;
  return c;
}

/// The arm after `steps` control steps of one action.
Pose after(const EnvConfig& config, float action, int steps) {
  const Robot robot = arm();
  CharacterEnv env(config, Dataset::from({swinging(robot, 0, 0)}), robot.model, 1, 1, 1);
  for (int i = 0; i < steps; ++i) env.step(std::vector<float>{action});
  return env.pose(0);
}

}  // namespace

TEST_CASE("a torque accelerates an inertia, up to the motor's limit and by its strength") {
  EnvConfig config = free_settings(arm(), "torque");
  const double t = 10 / 30.0;
  CHECK(after(config, 1, 10).dof_vel[0] == Approx(kLimit / kInertia * t));
  CHECK(after(config, -0.25, 10).dof_vel[0] == Approx(-0.25 * kLimit / kInertia * t));
  config.clip_actions = false;
  CHECK(after(config, 5, 10).dof_vel[0] == Approx(kLimit / kInertia * t));
  config.randomise.motor_strength = {0.5, 0.5};
  CHECK(after(config, 5, 10).dof_vel[0] == Approx(0.5 * kLimit / kInertia * t));
  // gains have no part in it
  config.randomise.gains = {3, 3};
  CHECK(after(config, 0.5, 10).dof_vel[0] == Approx(0.25 * kLimit / kInertia * t));
}

TEST_CASE("a velocity is reached, no faster than the torque limit allows") {
  EnvConfig config = free_settings(arm(), "vel");
  // a quarter of 2 pi, with a time constant of inertia / kd = 0.1 s
  CHECK(after(config, 0.25f, 60).dof_vel[0] == Approx(M_PI / 2));
  CHECK(after(config, 1, 3).dof_vel[0] == Approx(kLimit / kInertia * 0.1));
  config.action_half_range = HalfRange::number;
  config.action_half_range_value = 1;
  CHECK(after(config, -1, 60).dof_vel[0] == Approx(-1));
  // the gain that is left is kd
  config.randomise.gains = {0.5, 0.5};
  config.sim_freq = 3000;
  const double slow = after(config, 1, 6).dof_vel[0];
  CHECK(slow == Approx(1 - std::exp(-0.2 / 0.2)).epsilon(0.01));
}

TEST_CASE("without control everything falls as it may") {
  const Robot robot = formats::load_robot("go2");
  EnvConfig config = free_settings(robot, "none");
  Clip high = swinging(robot, 1, 0);
  high.root_pos.col(1).setZero();
  high.root_pos.col(2).array() += 100;
  CharacterEnv env(config, Dataset::from({high}), robot.model, 1, 1, 1);
  const double z = env.pose(0).root_pos[2];
  CHECK(env.spec().action_scale[0] == 1);
  for (int i = 0; i < 30; ++i) env.step(wobble(env, i));
  const Pose p = env.pose(0);
  // g t^2 / 2, and half a physics step more
  CHECK(z - p.root_pos[2] == Approx(0.5 * 9.81 * (1 + 1 / 120.0)).epsilon(1e-6));
  CHECK(p.root_vel[2] == Approx(-9.81).epsilon(1e-6));
  CHECK(p.root_vel[0] == Approx(1).epsilon(1e-6));
  for (size_t d = 0; d < p.dof_pos.size(); ++d) {
    CHECK(p.dof_pos[d] == Approx(robot.default_dofs[d]).margin(1e-6));
  }
}

TEST_CASE("our own PD computes its torque from the state before each physics step") {
  EnvConfig config = free_settings(arm(), "pd_explicit");
  config.action_half_range = HalfRange::number;
  config.action_half_range_value = 0.3;
  const auto by_hand = [](double kp, double kd, double target, int steps) {
    double q = 0, qd = 0;
    for (int i = 0; i < 4 * steps; ++i) {
      const double torque = std::clamp(kp * (target - q) - kd * qd, -kLimit, kLimit);
      qd += torque / kInertia / 120;
      q += qd / 120;
    }
    return std::pair{q, qd};
  };
  for (const int steps : {1, 5, 20}) {
    const Pose p = after(config, 1, steps);
    const auto [q, qd] = by_hand(kKp, kKd, 0.3f, steps);
    CHECK(p.dof_pos[0] == Approx(q));
    CHECK(p.dof_vel[0] == Approx(qd));
  }
  // far targets meet the limit
  config.action_half_range_value = 3;
  CHECK(after(config, 1, 5).dof_vel[0] == Approx(by_hand(kKp, kKd, 3, 5).second));
  config.action_half_range_value = 0.3;
  config.randomise.gains = {0.5, 0.5};
  CHECK(after(config, 1, 5).dof_pos[0] == Approx(by_hand(0.5 * kKp, 0.5 * kKd, 0.3f, 5).first));
}

TEST_CASE("our own PD moves hinges and balls as MuJoCo's does when steps are small") {
  for (const char* name : {"go2", "humanoid"}) {
    INFO(name);
    const Robot robot = formats::load_robot(name);
    Clip high = swinging(robot, 0, 0);
    high.root_pos.col(2).array() += 100;
    EnvConfig config = free_settings(robot, "pos");
    config.sim_freq = 1920;
    config.gains = {{"", 20, 1}};
    config.action_centre = ActionCentre::clip_mean;
    config.action_half_range = HalfRange::number;
    config.action_half_range_value = 0.5;
    CharacterEnv implicit(config, Dataset::from({high}), robot.model, 1, 1, 1);
    config.control_mode = "pd_explicit";
    CharacterEnv own(config, Dataset::from({high}), robot.model, 1, 1, 1);
    double apart = 0, moved = 0;
    for (int i = 0; i < 15; ++i) {
      const std::vector<float> a = wobble(own, i, 1);
      implicit.step(a), own.step(a);
      for (size_t d = 0; d < robot.default_dofs.size(); ++d) {
        const double q = own.pose(0).dof_pos[d];
        apart = std::max(apart, std::abs(q - implicit.pose(0).dof_pos[d]));
        moved = std::max(moved, std::abs(q - robot.default_dofs[d]));
      }
    }
    CHECK(moved > 0.3);
    CHECK(apart < 0.01);
  }
}

TEST_CASE("our own PD holds a standing robot as MuJoCo's does") {
  const Robot robot = formats::load_robot("go2");
  Clip standing = swinging(robot, 0, 0);
  standing.root_pos.col(2).array() += 0.0165;
  EnvConfig config = free_settings(robot, "pos");
  config.gains = {{"", 60, 2}};
  config.sim_freq = 480;
  config.action_centre = ActionCentre::clip_mean;
  double height[2] = {0, 0}, knee[2] = {0, 0};
  for (const int own : {0, 1}) {
    config.control_mode = own == 1 ? "pd_explicit" : "pos";
    CharacterEnv env(config, Dataset::from({standing}), robot.model, 1, 1, 1);
    const std::vector<float> still(12, 0);
    for (int i = 0; i < 60; ++i) env.step(still);
    height[own] = env.pose(0).root_pos[2];
    knee[own] = env.pose(0).dof_pos[2];
  }
  CHECK(height[1] == Approx(height[0]).margin(2e-3));
  CHECK(knee[1] == Approx(knee[0]).margin(1e-2));
  CHECK(height[1] > 0.25);
}

TEST_CASE("what the modes make of an action of one") {
  const Robot robot = arm();
  const auto range = [&](const std::string& mode, const auto& change) {
    EnvConfig c = free_settings(robot, mode);
    change(c);
    return CharacterEnv(c, Dataset::from({swinging(robot, 0, 0)}), robot.model, 1, 1, 1)
        .spec()
        .action_scale[0];
  };
  const auto as_is = [](EnvConfig&) {};
  CHECK(range("pos", as_is) == Approx(140));
  CHECK(range("pd_explicit", as_is) == Approx(140));
  CHECK(range("vel", as_is) == Approx(2 * M_PI));
  CHECK(range("torque", as_is) == Approx(kLimit));
  CHECK(range("none", as_is) == 1);
  CHECK_THROWS_WITH(
      range("torque", [](EnvConfig& c) { c.action_centre = ActionCentre::clip_mean; }),
      Catch::Contains("has no target positions"));
  CHECK_THROWS_WITH(range("vel", [](EnvConfig& c) { c.action_half_range = HalfRange::clip; }),
                    Catch::Contains("has no target positions"));
  // a motor without a limit
  const Robot free = formats::load_robot("go2");
  const Reference reference(Dataset::from({swinging(free)}),
                            Anatomy::of(*free.skeleton, {}, false));
  EnvConfig torque = free_settings(free, "torque");
  const std::vector<double> ones(12, 1.0), none(12, std::numeric_limits<double>::infinity());
  CHECK_THROWS_WITH(action_range(torque, reference, ones, ones, none),
                    Catch::Contains("FL_hip_joint") && Catch::Contains("no torque limit"));
}

TEST_CASE("a delayed action acts that many steps late, to the bit") {
  const Robot robot = formats::load_robot("go2");
  EnvConfig config = free_settings(robot, "torque");
  Clip high = swinging(robot, 1, 0);
  high.root_pos.col(2).array() += 100;
  const auto make = [&] {
    return std::make_unique<CharacterEnv>(config, Dataset::from({high}), robot.model, 2, 1, 1);
  };
  for (const int steps : {0, 1, 3}) {
    config.randomise.delay_steps = {static_cast<double>(steps), static_cast<double>(steps)};
    const auto late = make();
    config.randomise.delay_steps.reset();
    const auto now = make();
    const std::vector<float> nothing(24, 0);
    for (int i = 0; i < 20; ++i) {
      late->step(wobble(*late, i));
      now->step(i < steps ? nothing : wobble(*now, i - steps));
      CHECK(std::ranges::equal(late->pose(1).dof_pos, now->pose(1).dof_pos));
      CHECK(std::ranges::equal(late->pose(1).dof_vel, now->pose(1).dof_vel));
    }
    CHECK(late->pose(1).dof_pos[0] != robot.default_dofs[0]);
  }
}

TEST_CASE("a delay counts physics steps, and holds what was commanded before") {
  // control steps of 4 physics steps, delays of up to 6
  Delay delay(2, 1, 4, 6);
  const auto heard = [&](int env) {
    std::vector<double> out;
    for (int i = 0; i < 4; ++i) out.push_back(*delay.heard(env, i));
    return out;
  };
  const double rest = -1;
  for (const int env : {0, 1}) delay.fill(env, &rest);
  delay.start(0, 2), delay.start(1, 6);
  std::vector<double> first, second;
  for (double command = 0; command < 3; ++command) {
    for (const int env : {0, 1}) delay.give(env, &command);
    for (const double x : heard(0)) first.push_back(x);
    for (const double x : heard(1)) second.push_back(x);
  }
  CHECK(first == std::vector<double>{-1, -1, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2});
  CHECK(second == std::vector<double>{-1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 1, 1});
}

TEST_CASE("the published quadrupeds stand on their own PD at 200 Hz, drawn anew each time") {
  for (const char* name : {"a1", "go2"}) {
    INFO(name);
    EnvConfig config = read_env_config("engines/mujoco_engine.yaml",
                                       fmt::format("envs/amp_hardware_{}_env.yaml", name));
    CHECK(config.control_mode == "pd_explicit");
    CHECK(config.substeps() == 6);
    REQUIRE(config.randomise.friction.has_value());
    const Robot robot = formats::load_robot(name);
    config.randomise.push_interval.reset(), config.randomise.push_velocity_xy.reset();
    config.reset_mode = "default";
    config.enable_early_termination = false;
    CharacterEnv env(config, Dataset::from({swinging(robot)}), robot.model, 20, 1, 1);
    const std::vector<float> still(20 * 12, 0);
    for (int i = 0; i < 60; ++i) env.step(still);
    double fastest = 0;
    for (int e = 0; e < 20; ++e) {
      const Pose p = env.pose(e);
      CHECK(p.root_pos[2] > 0.2);
      for (const double v : p.dof_vel) fastest = std::max(fastest, std::abs(v));
    }
    CHECK(fastest < 0.3);  // rad/s: nothing trembles
    for (int i = 0; i < 100; ++i) env.step(wobble(env, i, 3));
    CHECK(env.diagnostics().at("diverged") == 0);
  }
}
