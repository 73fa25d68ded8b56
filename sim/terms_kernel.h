#pragma once
// The terms of sim/terms.h for many worlds at once on a CUDA device: one thread a world, the same inline functions.
// Built by the `cuda` preset only.
#include "sim/terms.h"

namespace motus::sim {

/// Windows of all worlds in device memory.
struct DeviceWindows {
  const float* rings = nullptr;  ///< (worlds, steps, snapshot), row-major
  const int* heads = nullptr;    ///< (worlds) entry of the newest step
  int worlds = 0, steps = 0;
};

/// Writes character observations (worlds, character_obs_size) and discriminator observations
/// (worlds, steps * disc_step_size) to device memory. `stream` is a cudaStream_t. Returns the launch's cudaError_t.
int launch_observe(const SnapshotLayout& layout, const TermOptions& options,
                   const DeviceWindows& windows, float* obs, float* disc_obs, void* stream);

}  // namespace motus::sim
