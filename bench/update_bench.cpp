// One AMP update (rewards, returns, all gradient steps) on made-up rows: seconds of the wall's clock and of
// the processors', samples a second, one line a repeat. bench/update_bench.sh sets it beside skrl's.
//
//   update_bench AGENT.yaml ENVS THREADS REPEATS [fp32|bf16]
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>

#include "learn/agent.h"
#include "learn/rng.h"

namespace motus::learn {
namespace {

/// The sizes of a humanoid's observations, actions and transitions, and noise for all of them.
class NoiseEnv final : public sim::VecEnv {
 public:
  explicit NoiseEnv(int envs) : rng_(1) {
    spec_.envs = envs;
    spec_.obs = 105;
    spec_.actions = 28;
    spec_.disc_obs = 210;
    spec_.action_centre.assign(28, 0);
    spec_.action_scale.assign(28, 1);
    const auto rows = [&](int width) {
      std::vector<float> out(static_cast<size_t>(envs) * static_cast<size_t>(width));
      rng_.normal(out);
      return out;
    };
    obs_ = rows(spec_.obs), disc_obs_ = rows(spec_.disc_obs), rewards_ = rows(1);
    done_.assign(static_cast<size_t>(envs), sim::Done::no);
  }
  const sim::EnvSpec& spec() const override { return spec_; }
  void reset() override {}
  void step(std::span<const float>) override {
    rng_.normal(obs_);
    rng_.normal(disc_obs_);
  }
  std::span<const float> obs() const override { return obs_; }
  std::span<const float> next_obs() const override { return obs_; }
  std::span<const float> disc_obs() const override { return disc_obs_; }
  std::span<const float> rewards() const override { return rewards_; }
  std::span<const sim::Done> done() const override { return done_; }
  void sample_demo(int, std::span<float> out) override { rng_.normal(out); }
  void playback_actions(std::span<float> out) const override {
    std::fill(out.begin(), out.end(), 0.0F);
  }
  void set_test(bool) override {}
  sim::Pose pose(int) const override { return {}; }
  std::map<std::string, double> diagnostics() override { return {}; }
  std::vector<std::byte> save() const override { return {}; }
  void load(std::span<const std::byte>) override {}

 private:
  sim::EnvSpec spec_;
  Rng rng_;
  std::vector<float> obs_, disc_obs_, rewards_;
  std::vector<sim::Done> done_;
};

int run(int argc, char** argv) {
  if (argc < 5) {
    fmt::print(stderr, "usage: update_bench AGENT.yaml ENVS THREADS REPEATS [fp32|bf16]\n");
    return 2;
  }
  const int threads = std::atoi(argv[3]);
  AgentConfig config = AgentConfig::read(Config::load(argv[1]));
  if (argc > 5 && std::string(argv[5]) == "bf16") config.precision = Precision::bf16;
  NoiseEnv env(std::atoi(argv[2]));
  Agent agent(config, env.spec(), 1);
  agent.prepare(env);
  const double samples = static_cast<double>(config.steps_per_iter) * env.spec().envs;
  for (int repeat = 0; repeat <= std::atoi(argv[4]); ++repeat) {
    for (int t = 0; t < config.steps_per_iter; ++t) {
      env.step(agent.begin_step(env, 0));
      agent.end_step(env);
    }
    agent.take_demo(env);
    const auto start = std::chrono::steady_clock::now();
    const std::clock_t cpu = std::clock();
    agent.update(threads, 0);
    const double used = static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
    const double wall =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (repeat == 0) continue;  // kernels are made, memory is touched
    fmt::print("{:.4f} {:.4f} {:.0f}\n", wall, used, samples / wall);
  }
  return 0;
}

}  // namespace
}  // namespace motus::learn

int main(int argc, char** argv) {
  return motus::learn::run(argc, argv);
}
