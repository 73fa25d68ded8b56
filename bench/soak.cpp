// Random actions for a long time: nothing that a learner sees stops being a number, memory does not
// grow, and whatever MuJoCo complains of is an episode that the environment reports as diverged.
//
//   soak [--steps N] [ROBOT...]     control steps of each robot, default 1,000,000 of every robot
//
// One line a robot; exit code 1 if any of the three did not hold.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "motion/data_path.h"
#include "sim/character_env.h"
#include "sim/random.h"
#include "tests/sim/fixtures.h"

namespace motus::sim {
namespace {

constexpr int kEnvs = 64;
constexpr double kMayGrow = 2;  ///< MiB after the first tenth

std::atomic<int64_t> warnings{0};

void count_warning(const mjLogMessage* message) {
  if (message->level == mjLOG_WARNING) ++warnings;
}

/// MiB that are in memory.
double resident() {
  std::ifstream statm("/proc/self/statm");
  double all = 0, pages = 0;
  statm >> all >> pages;
  return pages * 4096 / (1 << 20);
}

bool sound(std::span<const float> row) {
  return std::all_of(row.begin(), row.end(), [](float x) { return std::isfinite(x); });
}

/// MimicKit's rates; of the A1, whose legs have no rotor inertia, those that its project gives it.
EnvConfig at_its_rates(const Robot& robot) {
  EnvConfig c = settings(robot);
  if (robot.name == "a1") c.control_freq = 100.0 / 3, c.sim_freq = 200;
  return c;
}

/// False if something did not hold.
bool soak(const std::string& name, int64_t steps) {
  const Robot robot = formats::load_robot(name);
  CharacterEnv env(at_its_rates(robot), Dataset::from({swinging(robot)}), robot.model, kEnvs, 1, 1);
  mju_setLogHandler(count_warning);
  warnings = 0;
  std::vector<float> actions(static_cast<size_t>(kEnvs) * static_cast<size_t>(env.spec().actions));
  const int64_t rounds = (steps + kEnvs - 1) / kEnvs;
  int64_t bad = 0;
  double early = 0;
  const auto start = std::chrono::steady_clock::now();
  for (int64_t i = 0; i < rounds; ++i) {
    for (size_t k = 0; k < actions.size(); ++k) {
      const double u = random_unit(7, 0, static_cast<uint64_t>(i), k);
      actions[k] = static_cast<float>(2 * u - 1);
    }
    env.step(actions);
    for (const auto row : {env.obs(), env.next_obs(), env.disc_obs(), env.rewards()}) {
      if (!sound(row)) ++bad;
    }
    if (i == rounds / 10) early = resident();
  }
  const double s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double grown = resident() - early;
  const auto said = env.diagnostics();
  const double diverged = said.at("diverged");
  const bool reported = warnings == 0 || diverged > 0;
  const bool good = bad == 0 && grown <= kMayGrow && reported;
  fmt::print("{:24} {:>9} {:>8.0f} {:>9} {:>9} {:>9.0f} {:>8.2f} {:>8.1f}  {}\n", name,
             rounds * kEnvs, static_cast<double>(rounds * kEnvs) / s, bad, warnings.load(),
             diverged, grown, said.at("episode_steps"), good ? "ok" : "FAILED");
  std::fflush(stdout);
  return good;
}

std::vector<std::string> all_robots() {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(require_data("robots", "robots"))) {
    if (std::filesystem::exists(entry.path() / "robot.xml"))
      out.push_back(entry.path().filename().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace
}  // namespace motus::sim

int main(int argc, char** argv) {
  std::vector<std::string> robots;
  int64_t steps = 1'000'000;
  for (int i = 1; i < argc; ++i) {
    if (!std::strcmp(argv[i], "--steps") && i + 1 < argc) {
      steps = std::strtoll(argv[++i], nullptr, 10);
    } else {
      robots.emplace_back(argv[i]);
    }
  }
  if (robots.empty()) robots = motus::sim::all_robots();
  fmt::print("{:24} {:>9} {:>8} {:>9} {:>9} {:>9} {:>8} {:>8}\n", "robot", "steps", "steps/s",
             "no number", "warnings", "diverged", "MiB more", "episode");
  bool good = true;
  for (const std::string& robot : robots) good = motus::sim::soak(robot, steps) && good;
  return good ? 0 : 1;
}
