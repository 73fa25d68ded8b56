#pragma once
// Open-loop playback of the clip as a first teacher: the environments follow it under PD control
// with noise on every second step, and the actor is regressed on (what was seen, what was played).
#include <cstdint>

#include "learn/agent.h"
#include "sim/vec_env.h"

namespace motus::learn {

/// Does nothing unless the configuration asks for steps. Leaves the environments reset.
void warm_start(sim::VecEnv& env, Agent& agent);

}  // namespace motus::learn
