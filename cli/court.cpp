#include "cli/court.h"

#include <algorithm>

#include "motion/error.h"
#include "motion/metrics.h"

namespace motus::cli {

namespace fs = std::filesystem;

namespace {

/// Settings of the environment's block `randomise` (docs/environments.md). Equal ends: nothing but the
/// moment and the direction of a push is drawn.
struct Ordeal {
  const char *name, *randomise;
};
constexpr Ordeal kOrdeals[] = {
    {"undisturbed", "{}"},
    {"pushes of 0.5 m/s every 2 s", "{push_interval: 2, push_velocity: 0.5}"},
    {"pushes of 1 m/s every 2 s", "{push_interval: 2, push_velocity: 1}"},
    {"friction 0.4", "{friction: 0.4}"},
    {"friction 0.8", "{friction: 0.8}"},
    {"friction 1.2", "{friction: 1.2}"},
    {"masses -10 %", "{mass: 0.9}"},
    {"masses +10 %", "{mass: 1.1}"},
    {"delay of 20 ms", "{delay: 0.02}"},
};

std::unique_ptr<learn::Agent> agent_of(const RunConfig& config, const sim::VecEnv& env,
                                       const learn::Archive& archive, const fs::path& file) {
  auto agent = std::make_unique<learn::Agent>(config.agent_config(), env.spec(), 0);
  try {
    agent->load(archive, false);
  } catch (const Error& e) {
    throw Error(e.kind(), fmt::format("{}: {}", file.string(), e.what()),
                "judge checkpoints of one run at a time");
  }
  return agent;
}

}  // namespace

void Trial::options(App& app) {
  app.option("--episodes", episodes, "test episodes of each checkpoint");
  app.option("--seed", seed, "which starts are drawn");
  app.option("--workers", workers, "threads; they change the time, not the result (0 = cores)");
}

Court::Court(const learn::Archive& archive, const fs::path& file, const Trial& trial)
    : trial_(trial), config_(RunConfig::from_yaml(archive.word("config"), file.string())) {
  require(trial.episodes > 0, Kind::usage, "--episodes {} is not positive", trial.episodes);
  const fs::path motion = file.parent_path() / "motion.h5";
  if (fs::exists(motion)) config_.motion_file = motion.string();
  world_ = load_world(config_);
  robot_ = robot_of(world_.model);
  env_ = make(config_);
  judge_.emplace(world_.dataset, robot_, fps());
}

std::unique_ptr<sim::VecEnv> Court::make(const RunConfig& config) const {
  return make_env(config, world_, std::min(trial_.episodes, 64), static_cast<uint64_t>(trial_.seed),
                  trial_.workers);
}

Judged Court::judge(const learn::Archive& archive, const fs::path& file) {
  // the same starts for every checkpoint
  if (judged_++ > 0) env_ = make(config_);
  const std::unique_ptr<learn::Agent> agent = agent_of(config_, *env_, archive, file);
  Judged out;
  out.file = file;
  out.samples = std::atoll(archive.word("samples").c_str());
  out.rollouts = roll_out(*env_, *agent, world_.dataset.skeleton, trial_.episodes);
  out.quality = judge_->quality(out.rollouts);
  out.score = Judge::score(out.quality);
  out.words = Judge::diagnose(out.quality);
  sample_styles(*env_, *agent, out.style_of_policy, out.style_of_clips);
  return out;
}

std::vector<Endurance> Court::robustness(const learn::Archive& archive,
                                         const fs::path& file) const {
  std::vector<Endurance> out;
  for (const Ordeal& o : kOrdeals) {
    progress("robustness", static_cast<int64_t>(out.size()), std::ssize(kOrdeals));
    // copies of a configuration share what is set
    RunConfig config = RunConfig::from_yaml(config_.yaml(), file.string());
    config.env.set("randomise", o.randomise);
    const std::unique_ptr<sim::VecEnv> env = make(config);
    const std::unique_ptr<learn::Agent> agent = agent_of(config, *env, archive, file);
    Endurance e{.world = o.name};
    for (const Rollout& r : roll_out(*env, *agent, world_.dataset.skeleton, trial_.episodes)) {
      ++e.episodes;
      e.falls += r.fell ? 1 : 0;
      e.length += r.length_ratio;
      e.speed += mean_forward_speed(r.clip);
    }
    e.length /= e.episodes, e.speed /= e.episodes;
    out.push_back(std::move(e));
  }
  progress("robustness", 1, 1);
  return out;
}

bool Court::has_task() const {
  return config_.env_config().env_name != "amp";
}

}  // namespace motus::cli
