#include "sim/env.h"

#include "sim/character_env.h"

namespace motus::sim {

std::unique_ptr<VecEnv> make_env(const EnvConfig& config, Dataset dataset,
                                 const std::filesystem::path& model, int num_envs, uint64_t seed,
                                 int workers) {
  return std::make_unique<CharacterEnv>(config, std::move(dataset), model, num_envs, seed, workers);
}

}  // namespace motus::sim
