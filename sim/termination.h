#pragma once
// What ends an episode. Each rule is a line of the table in termination.cpp; the configuration says
// which of them watch (sim/env_config.h). Time is no rule: an episode's length is its own flag.
#include <string>
#include <vector>

#include "sim/env_config.h"
#include "sim/scene.h"
#include "sim/task.h"
#include "sim/vec_env.h"

namespace motus::sim {

struct TerminationRule;

class Termination {
 public:
  struct Parts {
    const EnvConfig& config;
    const Reference& reference;
    const Task& task;
    int floor_geom;
    std::vector<unsigned char> may_touch;  ///< (B)
  };
  static constexpr int kMostRules = 8, kMostBodies = 256;

  explicit Termination(Parts parts);

  /// The first rule that ends the episode at this moment; `rule` is its place in names(), or -1.
  Done judge(Scene& scene, int& rule) const;

  /// Names of the rules that watch, for diagnostics: "fall", "envelope", "pose" ...
  std::vector<std::string> names() const;

 private:
  Parts parts_;
  std::vector<const TerminationRule*> rules_;
};

/// Names of the rules of which `termination` chooses one.
std::vector<std::string> termination_names();

/// Contact forces on each body (B, 3), world, N, summed over its contacts: all of them, or those
/// with one geom. Bodies with skip[b] stay 0. False if nothing was found, and `forces` untouched.
bool body_forces(const mjModel* m, const mjData* d, const unsigned char* skip, int bodies,
                 int only_geom, float* forces);

}  // namespace motus::sim
