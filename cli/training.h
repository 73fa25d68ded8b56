#pragma once
// What amp-train does once it knows its configuration.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/run_config.h"

namespace motus::learn {
class Agent;
}

namespace motus::cli {

/// What the command line says; the words of its values, not yet checked.
struct TrainFlags {
  std::string mode = "train", engine, env, agent, motion, model_file, out_dir = "output/";
  std::string logger = "txt", device = "cpu", precision, visualize, video, capture_video,
              export_bvh, save_int_models = "false", resume;
  std::string arg_file;
  std::vector<std::string> devices, sets;
  std::optional<int> num_envs, rank, world_size, master_port;
  std::string master_addr;
  double rank_timeout = 60;
  int64_t max_samples = INT64_MAX;
  std::optional<int> test_episodes;
  std::optional<double> seed, max_minutes;
  int workers = 0;
  std::optional<double> link, iteration_seconds;  ///< of --plan; Gbit/s
  double latency = 60;                            ///< us
  bool plan = false;
  bool print_config = false, force = false, profile = false, json = false;
};

/// Throws Error(not_built) for a device that this build cannot use.
void check_device(const TrainFlags& flags);

/// Throws as find_checkpoint() does, and naming the file and the first difference for a model of another
/// environment or agent. `spec` is the environment's.
void load_model(learn::Agent& agent, const sim::EnvSpec& spec, const std::string& file);

/// Trains into the run's folder; 0, or 130 after a signal (the run can be resumed).
int train_run(const TrainFlags& flags, RunConfig config);

/// Tests a model, or without one the untrained policy, and prints what it does.
int test_run(const TrainFlags& flags, const RunConfig& config);

}  // namespace motus::cli
