// R1: environment steps (actions, substeps, observations, discriminator features, falls, resets)
// against plain mj_step loops from the same states with the same controls, same threads. Both are
// timed in turn, step by step, so that a busy machine slows both.
//
//   env_bench [--json] [ROBOT...]     default: go2 g1
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "bench/plain_physics.h"
#include "tests/sim/fixtures.h"

namespace motus::sim {
namespace {

struct Result {
  double steps_per_s, raw_per_s, ratio, demo_us;
};

Result measure(const std::string& name, int threads, bool quick_recipe) {
  const Robot robot = formats::load_robot(name);
  EnvConfig config = settings(robot);
  if (quick_recipe) {
    config.joint_obs = JointObs::angle;
    config.num_disc_obs_steps = 2;
    config.self_collision = false;
    config.reference_table = 2048;
  }
  constexpr int kRobots = 128, kSteps = 60, kWarm = 10;
  CharacterEnv env(config, Dataset::from({swinging(robot)}), robot.model, kRobots, 1, threads);
  PlainPhysics plain(env.sim_model().model.get(), threads);
  const EnvSpec& spec = env.spec();
  const auto width = static_cast<size_t>(mjb_nstate(env.batch()));

  std::vector<double> ratios;
  double ours = 0, raw = 0;
  for (int step = 0; step < kSteps + kWarm; ++step) {
    std::vector<float> actions(static_cast<size_t>(spec.envs * spec.actions));
    env.playback_actions(actions);
    const std::vector<float> noise = wobble(env, step, 0.2f);
    for (size_t i = 0; i < actions.size(); ++i)
      actions[i] = std::clamp(actions[i] + noise[i], -1.f, 1.f);
    std::vector<mjtNum> rows;
    append_states(env, actions, rows);
    const double a = timed([&] { env.step(actions); });
    const double b = timed([&] { plain.run(rows, width, env.substeps()); });
    if (step < kWarm) continue;
    ours += a, raw += b;
    ratios.push_back(b / a);
  }
  std::vector<float> demo(static_cast<size_t>(1024 * spec.disc_obs));
  env.sample_demo(1024, demo);
  const double demo_s = timed([&] { env.sample_demo(1024, demo); });
  return {kRobots * kSteps / ours, kRobots * kSteps / raw, median(ratios), demo_s / 1024 * 1e6};
}

}  // namespace
}  // namespace motus::sim

int main(int argc, char** argv) {
  std::vector<std::string> robots;
  bool json = false;
  for (int i = 1; i < argc; ++i) {
    if (!std::strcmp(argv[i], "--json")) {
      json = true;
    } else {
      robots.emplace_back(argv[i]);
    }
  }
  if (robots.empty()) robots = {"go2", "g1"};
  if (!json) {
    fmt::print("R1 = environment / plain mj_step (median of 60 steps; target 0.85, goal 0.95)\n");
    fmt::print("{:10} {:8} {:>7} {:>14} {:>14} {:>6} {:>14}\n", "robot", "settings", "threads",
               "env steps/s", "plain steps/s", "R1", "us per demo");
  }
  for (const std::string& robot : robots) {
    for (const bool quick : {false, true}) {
      for (const int threads : {1, 2}) {
        const auto r = motus::sim::measure(robot, threads, quick);
        const char* form =
            json ? "{{\"benchmark\": \"R1\", \"robot\": \"{}\", \"settings\": \"{}\", "
                   "\"threads\": {}, \"env_steps_per_s\": {:.0f}, "
                   "\"plain_steps_per_s\": {:.0f}, \"ratio\": {:.3f}, "
                   "\"demo_us\": {:.2f}}}\n"
                 : "{:10} {:8} {:>7} {:>14.0f} {:>14.0f} {:>6.3f} {:>14.2f}\n";
        fmt::print(fmt::runtime(form), robot, quick ? "quick" : "mimickit", threads, r.steps_per_s,
                   r.raw_per_s, r.ratio, r.demo_us);
        std::fflush(stdout);
      }
    }
  }
  return 0;
}
