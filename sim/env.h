#pragma once
// Environments on MuJoCo behind sim/vec_env.h.
#include <cstdint>
#include <filesystem>
#include <memory>

#include "motion/clip.h"
#include "sim/env_config.h"
#include "sim/vec_env.h"

namespace motus::sim {

/// `num_envs` characters of the MJCF `model` that imitate `dataset`, whose skeleton must be the
/// model's, stepped on `workers` threads (<= 0: one per available core). Results depend on `seed`
/// but not on `workers`. Throws Error(bad_input) for a model or clips that do not fit, Error(usage)
/// for a configuration that names bodies or limits that are not there.
std::unique_ptr<VecEnv> make_env(const EnvConfig& config, Dataset dataset,
                                 const std::filesystem::path& model, int num_envs, uint64_t seed,
                                 int workers);

}  // namespace motus::sim
