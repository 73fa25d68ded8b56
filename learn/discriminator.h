#pragma once
// The discriminator: tells the clips' transitions (demo) from the policy's (agent), and pays the
// policy for being taken for a clip.
//
//   L = .5 [BCE(D(agent), 0) + BCE(D(demo), 1)]
//     + grad_penalty * .5 [mean |dD/dx|^2 demo + mean |dD/dx|^2 agent]   (legacy: demo only, no .5)
//     + logit_reg * sum w_last^2  (+ weight_loss * sum W^2 in the legacy dialect)
//   reward = scale * -ln(max(1 - sigmoid(D), 1e-4))
// x is the normalised observation; gradients are with respect to x.
#include <string>

#include "learn/agent_config.h"
#include "learn/deck.h"
#include "learn/mlp.h"
#include "learn/normalizer.h"
#include "learn/optimizer.h"
#include "learn/replay.h"

namespace motus::learn {

/// Means over an iteration's steps, as logged: the loss is the total, penalty and logit loss are
/// unweighted.
struct DiscStats {
  double loss = 0, grad_penalty = 0, logit_loss = 0;
  double agent_acc = 0, demo_acc = 0, agent_logit = 0, demo_logit = 0;
};

class Discriminator {
 public:
  Discriminator(const AgentConfig& config, int envs, int width, uint64_t seed);

  /// Rewards of rows (n, width).
  void rewards(std::span<const float> rows, std::span<float> out);
  /// Keeps rows of this iteration's rollout for replay.
  void remember(std::span<const float> rows);
  /// One iteration's steps on agent rows and as many demo rows.
  DiscStats update(std::span<const float> agent, std::span<const float> demo);

  /// Gradients of the loss at agent and demo rows, already normalised; adds to `stats`. For update()
  /// and for tests.
  void accumulate(std::span<const float> agent, std::span<const float> demo, DiscStats& stats);

  Normalizer& normalizer() { return normalizer_; }
  Mlp& net() { return net_; }
  void save(Archive& a, bool full) const;
  void load(const Archive& a, bool full);

 private:
  AgentConfig config_;
  int64_t width_, rows_, steps_;
  Mlp net_;
  Optimizer optimizer_;
  Normalizer normalizer_;
  Replay replay_;
  Rng rng_;
  Deck agent_deck_, demo_deck_;
  std::vector<float> agent_batch_, demo_batch_;
  std::vector<int64_t> picks_;
  at::Tensor x_, s_, c_;
};

}  // namespace motus::learn
