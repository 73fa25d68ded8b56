#include <cuda_runtime.h>

#include "sim/terms_kernel.h"

namespace motus::sim {

namespace {

__global__ void observe(SnapshotLayout l, FeatureView policy, FeatureView discriminator,
                        DeviceWindows w, float* obs, float* disc) {
  const int world = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (world >= w.worlds) return;
  const float* ring = w.rings + static_cast<size_t>(world) * w.steps * l.size();
  const int head = w.heads[world];
  const float* newest = ring + head * l.size();
  const Heading h = heading_of(newest + SnapshotLayout::kRootRot);
  write_features(l, policy, View{newest, newest, h, h},
                 obs + static_cast<size_t>(world) * features_width(l, policy));
  write_window(l, discriminator, ring, w.steps, head, false,
               disc + static_cast<size_t>(world) * w.steps * features_width(l, discriminator));
}

}  // namespace

int launch_observe(const SnapshotLayout& layout, const FeatureView& policy,
                   const FeatureView& discriminator, const DeviceWindows& windows, float* obs,
                   float* disc_obs, void* stream) {
  constexpr int kThreads = 128;
  const int blocks = (windows.worlds + kThreads - 1) / kThreads;
  observe<<<blocks, kThreads, 0, static_cast<cudaStream_t>(stream)>>>(layout, policy, discriminator,
                                                                      windows, obs, disc_obs);
  return static_cast<int>(cudaGetLastError());
}

}  // namespace motus::sim
