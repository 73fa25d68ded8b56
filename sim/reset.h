#pragma once
// Where episodes start: in a clip at a moment of it, with the clip's past as the history that a
// discriminator sees, or in the default pose at rest. The rules are lines of the table in reset.cpp.
#include <string>
#include <vector>

#include "sim/demos.h"
#include "sim/env_config.h"
#include "sim/reference.h"

namespace motus::sim {

class Starts {
 public:
  /// Throws Error(usage) if the default pose is asked for and init_pose does not tell it.
  Starts(const EnvConfig& config, const Reference& reference, const Demos& demos);

  struct Start {
    int motion = 0;
    double time = 0;        ///< s of the clip
    bool from_clip = true;  ///< otherwise the default pose
  };
  /// Start number `counter` of environment `env`.
  Start draw(uint64_t env, uint64_t counter) const;

  /// Fills `steps` snapshots, oldest first, and scratch's dofs, qpos and qvel with the start's
  /// moment.
  void place(const Start& start, int steps, double dt, Reference::Scratch& s, float* window) const;

 private:
  const Reference& reference_;
  const Demos& demos_;
  std::vector<double> pose_;  ///< init_pose (6 + D)
  bool random_, in_turn_;
  double rest_share_;
};

/// Names of reset_mode.
std::vector<std::string> reset_modes();

}  // namespace motus::sim
