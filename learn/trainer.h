#pragma once
// The training loop and what it leaves in a folder:
//   log.txt                 a row at every output iteration (MimicKit's columns, then Motus' own)
//   events.out.tfevents.*   the same for TensorBoard, if asked for, and scores of the policy
//   log.jsonl               the same as JSON lines, if asked for
//   model.safetensors       the newest policy;  best.safetensors  the best one tested
//   model.pt                the newest one for MimicKit, where the critic sees what the policy sees
//   state.safetensors       all that an exact resume needs
// Every iters_per_output iterations (and at the last): test, log, save, reset of all environments.
#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "learn/agent.h"
#include "learn/tester.h"
#include "sim/vec_env.h"

namespace motus::learn {

enum class Logger { none, txt, tb, json };  ///< tb and json: beside the text

/// A line for whoever is watching, after each iteration.
struct Progress {
  int64_t iteration = 0, samples = 0;
  double seconds = 0, samples_per_second = 0, disc_reward = 0, train_length = 0;
  bool tested = false;
  TestResult test;
};

struct TrainOptions {
  std::filesystem::path out_dir;  ///< empty = nothing is written
  bool resume = false;            ///< go on from out_dir/state.safetensors
  bool save_int_models = false;   ///< also int_models/model_<iteration>.safetensors ...
  size_t keep_int_models = 0;     ///< ... of which the last ones stay; 0 = all
  int64_t max_samples = INT64_MAX;
  double max_minutes = 0;  ///< of this run, 0 = no limit
  /// Who trains with this process. The numbers of samples and of test episodes are those of all ranks
  /// together; rank 0 alone writes.
  Ranks* ranks = &alone();
  int threads = 1;  ///< 2 = the discriminator is updated beside actor and critic
  Logger logger = Logger::txt;
  double reference_speed = 0;  ///< m/s of the clips, 0 = unknown
  /// How good a tested policy is, 0..1, from the test and its first episodes; the best is kept.
  /// Unset: test_score().
  std::function<double(const TestResult&, const std::vector<TestEpisode>&)> judge;
  size_t judged_episodes = 8;
  /// Written into every checkpoint: configurations, names, versions. Nothing that differs between
  /// two runs of the same seed.
  std::map<std::string, std::string> words;
  std::function<bool()> stop;  ///< asked after each iteration: save and return
  std::function<void(const Progress&)> progress;
  /// A file that could not be written: training goes on, and ends with the error if it is the last.
  std::function<void(const std::string&)> warn;
};

/// Where the time went, seconds of this run.
struct TimeSplit {
  double physics = 0, inference = 0, demo = 0, update = 0, test = 0, save = 0, total = 0;
  double ranks =
      0;  ///< waiting for other ranks, all networks' threads together; part of the others
};

struct TrainResult {
  bool interrupted = false, goal_reached = false;
  int64_t iterations = 0, samples = 0;
  int64_t run_samples = 0;  ///< of this run, without those before a resume
  TestResult last_test, best_test;
  int64_t best_samples = 0;
  TimeSplit time;
};

/// How good a tested policy is, 0..1: length, times closeness to the clip's speed where known.
double test_score(const TestResult& test, double reference_speed);

/// Trains `agent` in `env`. Throws Error(failed) if a loss is no number any more, or if a rank is lost.
TrainResult train(sim::VecEnv& env, Agent& agent, const TrainOptions& options);

/// The policy part of a checkpoint: model.safetensors, best.safetensors or a run's folder (best
/// before newest).
std::filesystem::path find_model(const std::filesystem::path& run_or_file);

}  // namespace motus::learn
