// The whole training loop of shipped policies, which are trained on, in turn with plain mj_step loops from the
// very states and targets that it stepped from, on the same threads:
//   R7   samples/s of the loop against 1 / (1/environment + 1/update); target 0.95
//   R8   samples/s of the loop against plain physics of as many control steps; target 0.62, goal 0.75
// Tests and files are no part of it. Medians of paired ratios, by the wall's clock and, for a machine that is busy,
// by the processors' time. With --set an agent that the warm start alone has taught stands for the policy.
//
//   loop_bench [--threads N] [--iterations N] [--set KEY=VALUE]... [POLICY...]
//   default: 2, 40, go2_pace humanoid_walk g1_walk
#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <ctime>

#include "bench/plain_physics.h"
#include "cli/find_run.h"
#include "cli/run_config.h"
#include "learn/agent.h"
#include "learn/archive.h"
#include "learn/warm_start.h"

namespace motus {
namespace {

/// Seconds of the wall's clock and of all processors.
struct Time {
  double wall = 0, cpu = 0;
  Time& operator+=(Time t) {
    wall += t.wall, cpu += t.cpu;
    return *this;
  }
};

Time timed(const auto& f) {
  const std::clock_t start = std::clock();
  Time t;
  t.wall = sim::timed(f);
  t.cpu = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  return t;
}

struct Options {
  int threads = 2, iterations = 40;
  std::vector<std::string> sets, policies;
};

void measure(const std::string& policy, const Options& o) {
  const std::filesystem::path file = cli::find_checkpoint(policy);
  const learn::Archive archive = learn::Archive::load(file);
  cli::RunConfig config = cli::RunConfig::from_yaml(archive.word("config"), file.string());
  config.set(o.sets);
  const cli::World world = cli::load_world(config);
  const auto env = cli::make_env(config, world, config.num_envs, 0, o.threads);
  auto& character = dynamic_cast<sim::CharacterEnv&>(*env);
  learn::Agent agent(config.agent_config(), env->spec(), 0);
  env->reset();
  agent.prepare(*env);
  if (o.sets.empty()) {
    agent.load(archive, false);
  } else {
    learn::warm_start(*env, agent);
  }
  sim::PlainPhysics plain(character.sim_model().model.get(), o.threads);
  const auto width = static_cast<size_t>(mjb_nstate(character.batch()));
  const int steps = agent.config().steps_per_iter;
  const double samples = static_cast<double>(steps) * config.num_envs;
  std::vector<double> r7, r8, r8_cpu;
  Time all, all_plain;
  for (int i = -1; i < o.iterations; ++i) {  // the first one makes kernels and touches memory
    std::vector<mjtNum> rows;
    rows.reserve(width * static_cast<size_t>(samples));
    Time loop, physics;
    for (int t = 0; t < steps; ++t) {
      std::span<const float> actions;
      loop += timed([&] { actions = agent.begin_step(*env, 0); });
      sim::append_states(character, actions, rows);
      physics += timed([&] { env->step(actions); });
      loop += timed([&] { agent.end_step(*env); });
    }
    physics += timed([&] { agent.take_demo(*env); });
    const Time update = timed([&] { agent.update(o.threads, 0); });
    loop += physics, loop += update;
    const Time plain_time = timed([&] { plain.run(rows, width, character.substeps()); });
    if (i < 0) continue;
    all += loop, all_plain += plain_time;
    r7.push_back((physics.wall + update.wall) / loop.wall);
    r8.push_back(plain_time.wall / loop.wall);
    r8_cpu.push_back(plain_time.cpu / loop.cpu);
  }
  const double n = samples * o.iterations;
  fmt::print(
      "{:<14} {} threads: training {:.0f} samples/s, plain physics {:.0f} control steps/s; R7 "
      "{:.2f}, R8 {:.2f}; "
      "by processor time {:.0f} and {:.0f}, R8 {:.2f}\n",
      policy, o.threads, n / all.wall, n / all_plain.wall, sim::median(r7), sim::median(r8),
      n / all.cpu, n / all_plain.cpu, sim::median(r8_cpu));
  std::fflush(stdout);
}

}  // namespace
}  // namespace motus

int main(int argc, char** argv) {
  motus::Options o;
  for (int i = 1; i < argc; ++i) {
    const bool more = i + 1 < argc;
    if (more && !std::strcmp(argv[i], "--threads")) {
      o.threads = std::atoi(argv[++i]);
    } else if (more && !std::strcmp(argv[i], "--iterations")) {
      o.iterations = std::atoi(argv[++i]);
    } else if (more && !std::strcmp(argv[i], "--set")) {
      o.sets.emplace_back(argv[++i]);
    } else {
      o.policies.emplace_back(argv[i]);
    }
  }
  if (o.policies.empty()) o.policies = {"go2_pace", "humanoid_walk", "g1_walk"};
  for (const std::string& p : o.policies) motus::measure(p, o);
  return 0;
}
