#pragma once
// Where an iteration's demo rows come from: drawn afresh from the clips (MimicKit), or out of a ring
// that was filled at the start and takes in some new rows each iteration (IsaacGymEnvs, skrl,
// AMP_for_hardware).
#include "learn/agent_config.h"
#include "learn/replay.h"
#include "sim/vec_env.h"

namespace motus::learn {

class DemoSource {
 public:
  DemoSource(const AgentConfig& config, int width, uint64_t seed);
  /// Fills the ring; after the environment was made and before anything else is drawn from it. A ring
  /// without refresh is not in checkpoints: a resumed run fills it again, to the same rows.
  void preload(sim::VecEnv& env);
  /// Demo rows (n, width) of one iteration.
  void fill(sim::VecEnv& env, std::span<float> out);

  void save(Archive& a) const;
  void load(const Archive& a);

 private:
  int width_;
  int64_t capacity_, refresh_;
  bool replacement_;
  Replay ring_;
  Rng rng_;
  std::vector<float> fresh_;
};

}  // namespace motus::learn
