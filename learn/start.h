#pragma once
// The weights a network starts from.
#include "learn/agent_config.h"
#include "learn/mlp.h"

namespace motus::learn {

/// Uniform as Mlp::init says, or with `init: orthogonal` rows (or columns) that are orthonormal,
/// the last layer's times output_scale (0 = 1); biases zero.
void start_network(Mlp& net, const AgentConfig& config, Rng& rng, double output_scale);

}  // namespace motus::learn
