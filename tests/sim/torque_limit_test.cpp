// Drives at their torque limit: which of them keep their damping implicit, and what that is worth
// against a physics step so small that it does not matter.
#include "sim/torque_limit.h"

#include <algorithm>
#include <cmath>

#include "sim/character_env.h"
#include "tests/catch.h"
#include "tests/sim/fixtures.h"

using namespace motus;
using namespace motus::sim;

namespace {

int damped_motors(const std::string& name, double freq, const std::string& rule) {
  const Robot robot = formats::load_robot(name);
  PhysicsOptions options;
  options.sim_freq = freq;
  options.torque_limit = rule;
  const SimModel sim = build_model(robot.model, *robot.skeleton, options);
  const mjtBool* clipped = sim.model->actuator_forcelimited;
  return static_cast<int>(std::count(clipped, clipped + sim.model->nu, mjtBool{0}));
}

EnvConfig hard_worked(const Robot& robot, double freq, const std::string& rule) {
  EnvConfig c = settings(robot);
  c.sim_freq = freq;
  c.torque_limit = rule;
  c.rand_reset = false;
  c.enable_early_termination = false;
  return c;
}

/// Velocities of the dofs after one control step towards targets within 0.3 rad of the clip's mean pose,
/// one row for each environment.
std::vector<std::vector<double>> after_one_step(const Robot& robot, double freq,
                                                const std::string& rule) {
  constexpr int kEnvs = 8;
  EnvConfig config = hard_worked(robot, freq, rule);
  config.action_centre = ActionCentre::clip_mean;
  config.action_half_range = HalfRange::number;
  config.action_half_range_value = 0.3;
  CharacterEnv env(config, Dataset::from({swinging(robot)}), robot.model, kEnvs, 1, 1);
  std::vector<float> actions(static_cast<size_t>(kEnvs) * static_cast<size_t>(env.spec().actions));
  for (size_t i = 0; i < actions.size(); ++i) {
    actions[i] = static_cast<float>(2 * random_unit(3, 1, 0, i) - 1);
  }
  env.step(actions);
  std::vector<std::vector<double>> out;
  for (int e = 0; e < kEnvs; ++e) out.push_back(env.pose(e).dof_vel);
  return out;
}

double distance(const std::vector<std::vector<double>>& a,
                const std::vector<std::vector<double>>& b) {
  double sum = 0;
  size_t n = 0;
  for (size_t e = 0; e < a.size(); ++e) {
    for (size_t d = 0; d < a[e].size(); ++d, ++n) sum += std::pow(a[e][d] - b[e][d], 2);
  }
  return std::sqrt(sum / static_cast<double>(n));
}

}  // namespace

TEST_CASE("limits are damped where a clipped drive would overshoot, and nowhere else") {
  CHECK(damped_motors("smpl", 120, "auto") == 69);
  CHECK(damped_motors("humanoid", 120, "auto") == 25);  // not the neck
  for (const char* robot : {"g1", "go2", "pi_plus"}) {
    INFO(robot);
    CHECK(damped_motors(robot, 120, "auto") == 0);
  }
  CHECK(damped_motors("a1", 200, "auto") == 0);
  CHECK(damped_motors("smpl", 3840, "auto") == 0);
  CHECK(damped_motors("smpl", 120, "explicit") == 0);
  CHECK(damped_motors("go2", 120, "damped") == 12);
}

TEST_CASE("a stiff character at 120 Hz moves as it does in tiny physics steps") {
  const char* name = GENERATE("humanoid", "smpl");
  INFO(name);
  const Robot robot = formats::load_robot(name);
  const auto truth = after_one_step(robot, 3840, "explicit");
  const double damped = distance(after_one_step(robot, 120, "auto"), truth);
  const double clipped = distance(after_one_step(robot, 120, "explicit"), truth);
  CHECK(damped < 0.15 * clipped);
  CHECK(damped < 0.7);  // rad/s
}

TEST_CASE("no motor is beyond its limit, however its limit is kept") {
  const Robot robot = formats::load_robot("humanoid");
  for (const char* rule : {"explicit", "damped", "auto"}) {
    INFO(rule);
    CharacterEnv env(hard_worked(robot, 120, rule), Dataset::from({swinging(robot)}), robot.model,
                     4, 1, 1);
    REQUIRE(env.watch_effort());
    double worst = 0, held = 0;
    for (int step = 0; step < 20; ++step) {
      env.step(wobble(env, step, 1.0f));
      const Effort effort = env.effort(0);
      for (size_t k = 0; k < effort.peak.size(); ++k) {
        worst = std::max(worst, effort.peak[k] / effort.limit[k]);
        held += effort.at_limit[k];
      }
    }
    CHECK(worst == Approx(1).epsilon(1e-6));
    CHECK(held > 0.1);
  }
}

TEST_CASE("random targets over the whole range do not make a stiff character diverge") {
  const char* name = GENERATE("smpl", "humanoid");
  INFO(name);
  const Robot robot = formats::load_robot(name);
  const auto diverged = [&](const std::string& rule) {
    EnvConfig config = settings(robot);
    config.torque_limit = rule;
    CharacterEnv env(config, Dataset::from({swinging(robot)}), robot.model, 8, 1, 1);
    std::vector<float> actions(static_cast<size_t>(8 * env.spec().actions));
    for (uint64_t step = 0; step < 60; ++step) {
      for (size_t i = 0; i < actions.size(); ++i) {
        actions[i] = static_cast<float>(2 * random_unit(7, 0, step, i) - 1);
      }
      env.step(actions);
    }
    return env.diagnostics().at("diverged");
  };
  CHECK(diverged("auto") == 0);
  if (robot.name == "smpl") CHECK(diverged("explicit") > 10);
}
