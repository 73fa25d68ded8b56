#pragma once
// The features of sim/features.h for many worlds at once on a CUDA device: one thread a world, the same inline functions.
// Built by the `cuda` preset only.
#include "sim/features.h"

namespace motus::sim {

/// Windows of all worlds in device memory.
struct DeviceWindows {
  const float* rings = nullptr;  ///< (worlds, steps, snapshot), row-major
  const int* heads = nullptr;    ///< (worlds) entry of the newest step
  int worlds = 0, steps = 0;
};

/// Writes the policy's features of the newest step (worlds, width) and the discriminator's of all
/// steps (worlds, steps * width), oldest first, to device memory, where the lists lie too. `stream`
/// is a cudaStream_t. Returns the launch's cudaError_t.
int launch_observe(const SnapshotLayout& layout, const FeatureView& policy,
                   const FeatureView& discriminator, const DeviceWindows& windows, float* obs,
                   float* disc_obs, void* stream);

}  // namespace motus::sim
