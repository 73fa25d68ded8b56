#pragma once
// The discriminator: tells the clips' transitions (demo) from the policy's (agent), and pays the
// policy for being taken for a clip (forms of loss and reward: learn/style.h).
//
//   L = mean loss(agent) + mean loss(demo) + grad_penalty * P + logit_reg * sum w_last^2
//     + weight_loss * sum W^2
//   P = mean (|dD/dx| - target)^2 over demo rows; over both sets, each times .5; or over rows on the
//       lines between a demo and an agent's row (WGAN-GP)
// x is the normalised observation; gradients are with respect to x.
//
// ADD (agent_name: ADD) sees differences demo - agent instead: the agent's rows are those, and the
// one demo row is zero.
#include <string>

#include "learn/agent_config.h"
#include "learn/deck.h"
#include "learn/mlp.h"
#include "learn/normalizer.h"
#include "learn/optimizer.h"
#include "learn/replay.h"

namespace motus::learn {

/// Means over an iteration's steps, as logged: the loss is the total, penalty and logit loss are
/// unweighted (a penalty of weight 0 is not computed).
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
  /// One iteration's steps on agent rows and as many demo rows (unused by ADD).
  DiscStats update(std::span<const float> agent, std::span<const float> demo);

  /// Gradients of the loss at agent and demo rows, already normalised, and with the penalty on
  /// `mixed` ones where it is on those; adds to `stats`. For update() and for tests.
  void accumulate(std::span<const float> agent, std::span<const float> demo,
                  std::span<const float> mixed, DiscStats& stats);
  /// The optimiser's step with what accumulate() left.
  void step();

  void average_over(Ranks& ranks) { optimizer_.average_over(ranks); }
  /// Who helps.
  void share_with(Crew* crew);

  Normalizer& normalizer() { return normalizer_; }
  Mlp& net() { return net_; }
  const Mlp& net() const { return net_; }
  void save(Archive& a, bool full) const;
  void load(const Archive& a, bool full);

 private:
  void mix();
  AgentConfig config_;
  int64_t width_, rows_, steps_;
  size_t fresh_ = 0;  ///< new rows of a batch
  Mlp net_;
  Optimizer optimizer_;
  Normalizer normalizer_;
  Replay replay_;
  Rng rng_;
  Deck agent_deck_, demo_deck_;
  std::vector<float> agent_batch_, demo_batch_, mixed_batch_;
  std::vector<int64_t> picks_;
  struct Bench {  ///< what a thread works on: rows, slopes by the logit, weights of the penalty
    Buffer<float> x, s, c;
  };
  Bench& bench();
  std::vector<Bench> benches_{1};  ///< one a thread
};

}  // namespace motus::learn
