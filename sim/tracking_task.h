#pragma once
// MimicKit's deepmimic and static_objects: the character is to be where the clip is, moment by moment.
#include <vector>

#include "sim/task.h"

namespace motus::sim {

class TrackingTask final : public Task {
 public:
  TrackingTask(const EnvConfig& config, int envs);
  float reward(Scene& s) const override;

 private:
  TrackingOptions options_;
  std::vector<float> weights_;  ///< (B - 1) of joints; empty: 1
};

}  // namespace motus::sim
