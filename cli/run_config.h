#pragma once
// A training run as text: what amp-train was told, after everything was found and overridden. It is
// written to the run's folder (config.yaml) and into every checkpoint, so that the programs which
// come after need no other flag.
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "learn/agent_config.h"
#include "motion/clip.h"
#include "motion/config.h"
#include "sim/env_config.h"
#include "sim/vec_env.h"

namespace motus::cli {

struct RunConfig {
  Config engine, env, agent;
  std::string motion_file;  ///< a clip, or MimicKit's dataset YAML
  int num_envs = 1;
  uint64_t seed = 0;
  double reference_speed = 0;  ///< m/s along the heading, of the clips; 0 until they were read

  RunConfig();
  /// From MimicKit's three files, looked for as motion/data_path.h says; `sets` as set() takes them.
  /// An empty `motion` keeps the environment's.
  static RunConfig from_files(const std::string& engine, const std::string& env,
                              const std::string& agent, const std::string& motion,
                              const std::vector<std::string>& sets);
  /// From the text that yaml() gave.
  static RunConfig from_yaml(const std::string& text, const std::string& place);
  static RunConfig from_run(const std::filesystem::path& run_folder);

  /// Takes over "agent.key=value", "env.key=value" or "engine.key=value", in this order.
  void set(const std::vector<std::string>& sets);

  std::string yaml() const;
  sim::EnvConfig env_config() const;
  learn::AgentConfig agent_config() const;
};

/// What a run needs besides numbers.
struct World {
  std::filesystem::path model;  ///< MJCF of the character
  Dataset dataset;
  double reference_speed = 0;  ///< m/s along the heading
};

/// Finds the character (MimicKit's own asset paths become the robots of Motus, with one line that
/// says so) and reads the clips.
World load_world(const RunConfig& config);

/// The environment of a run. workers <= 0: one per core.
std::unique_ptr<sim::VecEnv> make_env(const RunConfig& config, const World& world, int num_envs,
                                      uint64_t seed, int workers);

/// The clips behind a motion_file. Throws Error(bad_input) or Error(usage) with the place.
std::vector<Clip> read_motions(const std::string& motion_file, const std::string& skeleton);

}  // namespace motus::cli
