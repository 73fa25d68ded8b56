#pragma once
// What an environment's observations and targets become when its character is seen in a mirror
// (the world's y turned about, left and right exchanged), for learners that use the symmetry.
#include <string>
#include <vector>

#include "motion/skeleton.h"
#include "sim/env_config.h"
#include "sim/reference.h"
#include "sim/vec_env.h"

namespace motus::sim {

/// What is seen: the policy's terms, and the critic's where they are others.
struct SeenTerms {
  const std::vector<TermSpec>&policy, &critic;
};

/// Fills the mirrors of `spec`, whose other entries are there, or no_mirror with what stands in the
/// way. `rest` is the default pose (D), rad.
void tell_mirror(const SeenTerms& terms, const Skeleton& skeleton, const Anatomy& anatomy,
                 const EnvConfig& config, const std::vector<float>& rest, EnvSpec& spec);

}  // namespace motus::sim
