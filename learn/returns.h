#pragma once
// TD(lambda) returns, generalised advantage estimates, normalised advantages.
#include <cstdint>
#include <span>

#include "learn/ranks.h"

namespace motus::learn {

/// Arrays (T, E), time-major. `next_value` is the critic's estimate of each step's next observation,
/// already zero where an episode failed or succeeded; `done` is non-zero where it ended for any
/// reason. Backward in time: R_{T-1} = r + g V'; R_i = r_i + g ((1 - l_i) V'_i + l_i R_{i+1}),
/// l_i = lambda (1 - done_i).
void td_lambda(int steps, int envs, double discount, double lambda, std::span<const float> reward,
               std::span<const float> next_value, std::span<const uint8_t> done,
               std::span<float> returns);

/// The same in the form of generalised advantage estimation (Schulman et al. 2015), with the values
/// of the observations themselves: delta_i = r + g V'_i - V_i, A_i = delta_i + g l_i A_{i+1},
/// R_i = A_i + V_i. Equal to td_lambda where V'_i = V_{i+1}, which normalisers and a time-out's
/// substitute may break.
void gae(int steps, int envs, double discount, double lambda, std::span<const float> reward,
         std::span<const float> value, std::span<const float> next_value,
         std::span<const uint8_t> done, std::span<float> returns);

struct AdvantageStats {
  double mean = 0, std = 0;
};

/// advantage = clamp((R - V - mean) / max(std, 1e-5), +-clip), mean and unbiased std over the rows
/// of all ranks with use != 0; R - V itself without `normalise`, no clamp for clip = 0.
AdvantageStats advantages(std::span<const float> returns, std::span<const float> value,
                          std::span<const uint8_t> use, bool normalise, double clip,
                          std::span<float> advantage, Ranks& ranks = alone());

}  // namespace motus::learn
