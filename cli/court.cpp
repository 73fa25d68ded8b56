#include "cli/court.h"

#include <algorithm>

#include "motion/error.h"

namespace motus::cli {

namespace fs = std::filesystem;

Court::Court(const learn::Archive& archive, const fs::path& file, const Trial& trial)
    : trial_(trial), config_(RunConfig::from_yaml(archive.word("config"), file.string())) {
  const fs::path motion = file.parent_path() / "motion.h5";
  if (fs::exists(motion)) config_.motion_file = motion.string();
  world_ = load_world(config_);
  robot_ = robot_of(world_.model);
  env_ = make_env(config_, world_, std::min(trial.episodes, 64), static_cast<uint64_t>(trial.seed),
                  trial.workers);
  judge_.emplace(world_.dataset, robot_, fps());
}

Judged Court::judge(const learn::Archive& archive, const fs::path& file) {
  // the same starts for every checkpoint
  if (judged_++ > 0) {
    env_ = make_env(config_, world_, env_->spec().envs, static_cast<uint64_t>(trial_.seed),
                    trial_.workers);
  }
  learn::Agent agent(config_.agent_config(), env_->spec(), 0);
  try {
    agent.load(archive, false);
  } catch (const Error& e) {
    throw Error(e.kind(), fmt::format("{}: {}", file.string(), e.what()),
                "judge checkpoints of one run at a time");
  }
  Judged out;
  out.file = file;
  out.samples = std::atoll(archive.word("samples").c_str());
  out.rollouts = roll_out(*env_, agent, world_.dataset.skeleton, trial_.episodes);
  out.quality = judge_->quality(out.rollouts);
  out.score = Judge::score(out.quality);
  out.words = Judge::diagnose(out.quality);
  sample_styles(*env_, agent, out.style_of_policy, out.style_of_clips);
  return out;
}

bool Court::has_task() const {
  return config_.env_config().env_name != "amp";
}

}  // namespace motus::cli
