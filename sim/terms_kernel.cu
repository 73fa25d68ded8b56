#include <cuda_runtime.h>

#include "sim/terms_kernel.h"

namespace motus::sim {

namespace {

__global__ void observe(SnapshotLayout l, TermOptions o, DeviceWindows w, float* obs, float* disc) {
  const int world = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (world >= w.worlds) return;
  const float* ring = w.rings + static_cast<size_t>(world) * w.steps * l.size();
  const int head = w.heads[world];
  character_obs(l, o, ring + head * l.size(),
                obs + static_cast<size_t>(world) * character_obs_size(l, o));
  disc_obs(l, o, ring, w.steps, head,
           disc + static_cast<size_t>(world) * w.steps * disc_step_size(l, o));
}

}  // namespace

int launch_observe(const SnapshotLayout& layout, const TermOptions& options,
                   const DeviceWindows& windows, float* obs, float* disc_obs, void* stream) {
  constexpr int kThreads = 128;
  const int blocks = (windows.worlds + kThreads - 1) / kThreads;
  observe<<<blocks, kThreads, 0, static_cast<cudaStream_t>(stream)>>>(layout, options, windows, obs,
                                                                      disc_obs);
  return static_cast<int>(cudaGetLastError());
}

}  // namespace motus::sim
