#pragma once
// Checkpoints brought to trial: the environment they were trained in, test episodes, a judge.
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/app.h"
#include "cli/rollouts.h"
#include "learn/archive.h"
#include "motion/judge.h"

namespace motus::cli {

struct Trial {
  int episodes = 32;
  int workers = 0;
  int64_t seed = 0;

  /// --episodes, --seed and --workers.
  void options(App& app);
};

/// A checkpoint and what became of it.
struct Judged {
  std::filesystem::path file;
  int64_t samples = 0;
  Quality quality;
  double score = 0;
  std::vector<std::string> words;  ///< what is wrong
  std::vector<Rollout> rollouts;
  std::vector<float> style_of_policy, style_of_clips;  ///< style rewards of single moments
};

/// How a policy fares in a world that is not the one it learned in.
struct Endurance {
  std::string world;  ///< "friction 0.4"
  int episodes = 0, falls = 0;
  double length = 0;  ///< part of the longest episode
  double speed = 0;   ///< m/s forward along the heading

  double survived() const { return 1 - static_cast<double>(falls) / episodes; }
};

/// For checkpoints of one configuration, that of the first. The same trial gives the same figures.
class Court {
 public:
  Court(const learn::Archive& archive, const std::filesystem::path& file, const Trial& trial);
  /// Throws Error(bad_input) for a checkpoint of another robot or other networks.
  Judged judge(const learn::Archive& archive, const std::filesystem::path& file);

  /// The same starts in worlds that differ in one thing each: pushes, friction, masses, a delay. The
  /// first differs in none; what the policy was trained with as randomisation is left out of all.
  std::vector<Endurance> robustness(const learn::Archive& archive,
                                    const std::filesystem::path& file) const;

  bool has_task() const;
  const World& world() const { return world_; }
  const RunConfig& config() const { return config_; }
  const Robot& robot() const { return robot_; }
  double fps() const { return 1 / env_->spec().control_dt; }

 private:
  std::unique_ptr<sim::VecEnv> make(const RunConfig& config) const;

  Trial trial_;
  RunConfig config_;
  World world_;
  Robot robot_;
  std::unique_ptr<sim::VecEnv> env_;
  std::optional<Judge> judge_;
  int judged_ = 0;
};

}  // namespace motus::cli
