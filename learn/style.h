#pragma once
// What a logit d costs the discriminator and pays the policy; plain numbers.
//
//   loss    agent's rows                demo's rows
//   bce     .5 softplus(d)              .5 softplus(-d)            (IsaacGymEnvs, MimicKit)
//   lsgan   .5 (d + 1)^2                .5 (d - 1)^2               (AMP paper, AMP_for_hardware)
//   wgan    tanh(.3 d)                  -tanh(.3 d)                (the TOCABI fork; bounded)
//
//   reward, before its scale
//   log          -ln(max(1 - sigmoid(d), 1e-4)), at most 9.21
//   softplus     the same without the bound
//   lsgan        max(0, 1 - (d - 1)^2 / 4)
//   wgan         .5 exp(tanh(.3 d)): the TOCABI fork's, of the bounded score
//   exponential  .5 exp(d), as that fork has it: needs a maximum
#include "learn/agent_config.h"

namespace motus::learn {

double sigmoid(double x);
double softplus(double x);

struct LogitLoss {
  double value = 0, slope = 0;  ///< of one row; slope = d value / d logit
};
LogitLoss logit_loss(DiscLoss form, bool agent, double logit);

/// The reward of a row: scale * min(max(form(d), floor), maximum); no maximum if 0.
double style_reward(const AgentConfig& config, double logit);

/// add: wt t + ws s; mul: wt t * ws s; lerp: l wt t + (1 - l) ws s. Throws Error(failed) for mul with
/// a negative task reward, which would pay for being unlike the clips.
double combine_rewards(const AgentConfig& config, double task, double style);

}  // namespace motus::learn
