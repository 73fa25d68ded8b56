#pragma once
// The critic: mean (R - V)^2 over a minibatch. With value_clip c, V' = V_old + clip(V - V_old, +-c) is
// looked at as well: max((R - V)^2, (R - V')^2), or (R - V')^2 alone (skrl), which has no gradient
// outside the band.
#include "learn/agent_config.h"
#include "learn/deck.h"
#include "learn/mlp.h"
#include "learn/optimizer.h"
#include "learn/reflection.h"

namespace motus::learn {

/// What the critic learns from, N rows; observations normalised, values in the critic's units.
struct ValueRows {
  std::span<const float> obs, targets, old_values;
};

class Critic {
 public:
  Critic(const AgentConfig& config, int envs, int obs, uint64_t seed);
  void values(std::span<const float> obs, std::span<float> out);
  /// Mean loss over an iteration's steps.
  double update(const ValueRows& rows);
  /// Gradients at the rows `picks`; returns their loss. For update() and for tests.
  double accumulate(const ValueRows& rows, std::span<const int64_t> picks);
  /// Every row is learned from its mirror image too, from now on.
  void set_mirror(const Reflection& obs) { mirror_ = obs; }

  /// Who helps.
  void share_with(Crew* crew);

  Optimizer& optimizer() { return optimizer_; }
  Mlp& net() { return net_; }
  const Mlp& net() const { return net_; }
  void save(Archive& a, bool full) const;
  void load(const Archive& a, bool full);

 private:
  AgentConfig config_;
  int64_t obs_, batch_;
  Mlp net_;
  Optimizer optimizer_;
  Rng rng_;
  Deck deck_;
  Reflection mirror_;
  struct Bench {  ///< what a thread works on: rows, slopes by the value
    Buffer<float> x, slope;
  };
  Bench& bench();
  std::vector<Bench> benches_{1};  ///< one a thread
  std::vector<int64_t> picks_;
};

}  // namespace motus::learn
