#pragma once
// Named observations. `deployable`: the policy sees only what a legged robot measures or is told, by
// the terms that deploy programs of such robots know (Unitree's g1_ctrl and its deploy.yaml):
// angular velocity of the base, projected gravity, the command, joints from the default pose, joint
// velocities, the last action. The critic, which stays in the simulation, sees the whole state.
#include "sim/config_read.h"

namespace motus::sim {

/// Moments that a term may show.
constexpr int kMostHistory = 100;

/// Reads obs_profile and obs_history; fills the lists of terms. Throws Error(usage) for a profile
/// beside obs_terms, and for an environment that shows what no robot measures.
void read_profile(const Config& c, EnvConfig& out);

}  // namespace motus::sim
