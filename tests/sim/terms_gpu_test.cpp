// The device computes the same terms as the host. Without a device the comparison says that it was skipped.
#include <cuda_runtime.h>

#include <cstdio>
#include <vector>

#include "sim/feature_list.h"
#include "sim/random.h"
#include "sim/terms_kernel.h"
#include "tests/catch.h"

using namespace motus::sim;

TEST_CASE("host and device agree on observations") {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
    std::puts("skipped: no CUDA device");
    return;
  }
  constexpr int kWorlds = 1000, kSteps = 3;
  const SnapshotLayout l{.joint_features = 12, .dofs = 12, .keys = 4};
  const auto row = static_cast<size_t>(l.size());
  std::vector<float> rings(kWorlds * kSteps * row);
  for (size_t i = 0; i < rings.size(); ++i)
    rings[i] = static_cast<float>(random_unit(1, 0, 0, i)) - 0.5f;
  std::vector<int> heads(kWorlds);
  for (size_t w = 0; w < kWorlds; ++w) {
    heads[w] = static_cast<int>(w % kSteps);
    for (size_t s = 0; s < kSteps; ++s) {
      float* q = &rings[(w * kSteps + s) * row + SnapshotLayout::kRootRot];
      const float n = std::sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3]);
      for (int k = 0; k < 4; ++k) q[k] /= n;
    }
  }
  for (const bool global : {false, true}) {
    const std::vector<FeatureTerm> policy = mimickit_policy(global, true),
                                   disc_terms = mimickit_discriminator(global, true, true);
    const FeatureView o{policy.data(), static_cast<int>(policy.size())},
        p{disc_terms.data(), static_cast<int>(disc_terms.size())};
    const auto obs_size = static_cast<size_t>(features_width(l, o));
    const auto disc_size = static_cast<size_t>(kSteps * features_width(l, p));
    std::vector<float> obs(kWorlds * obs_size), disc(kWorlds * disc_size), want_obs(obs),
        want_disc(disc);
    for (size_t w = 0; w < kWorlds; ++w) {
      const float* ring = &rings[w * kSteps * row];
      const float* newest = ring + static_cast<size_t>(heads[w]) * row;
      const Heading h = heading_of(newest + SnapshotLayout::kRootRot);
      write_features(l, o, View{newest, newest, h, h}, &want_obs[w * obs_size]);
      write_window(l, p, ring, kSteps, heads[w], false, &want_disc[w * disc_size]);
    }
    const auto lists = [](const std::vector<FeatureTerm>& terms) {
      FeatureTerm* there = nullptr;
      REQUIRE(cudaMalloc(&there, terms.size() * sizeof(FeatureTerm)) == cudaSuccess);
      cudaMemcpy(there, terms.data(), terms.size() * sizeof(FeatureTerm), cudaMemcpyHostToDevice);
      return FeatureView{there, static_cast<int>(terms.size())};
    };
    const FeatureView d_policy = lists(policy), d_terms = lists(disc_terms);
    float *d_rings, *d_obs, *d_disc;
    int* d_heads;
    REQUIRE(cudaMalloc(&d_rings, rings.size() * sizeof(float)) == cudaSuccess);
    REQUIRE(cudaMalloc(&d_obs, obs.size() * sizeof(float)) == cudaSuccess);
    REQUIRE(cudaMalloc(&d_disc, disc.size() * sizeof(float)) == cudaSuccess);
    REQUIRE(cudaMalloc(&d_heads, heads.size() * sizeof(int)) == cudaSuccess);
    cudaMemcpy(d_rings, rings.data(), rings.size() * sizeof(float), cudaMemcpyHostToDevice);
    cudaMemcpy(d_heads, heads.data(), heads.size() * sizeof(int), cudaMemcpyHostToDevice);
    REQUIRE(launch_observe(l, d_policy, d_terms, {d_rings, d_heads, kWorlds, kSteps}, d_obs, d_disc,
                           nullptr) == cudaSuccess);
    cudaMemcpy(obs.data(), d_obs, obs.size() * sizeof(float), cudaMemcpyDeviceToHost);
    cudaMemcpy(disc.data(), d_disc, disc.size() * sizeof(float), cudaMemcpyDeviceToHost);
    for (size_t i = 0; i < obs.size(); ++i) REQUIRE(obs[i] == Approx(want_obs[i]).margin(1e-5));
    for (size_t i = 0; i < disc.size(); ++i) REQUIRE(disc[i] == Approx(want_disc[i]).margin(1e-5));
    cudaFree(d_rings), cudaFree(d_heads), cudaFree(d_obs), cudaFree(d_disc);
    cudaFree(const_cast<FeatureTerm*>(d_policy.terms));
    cudaFree(const_cast<FeatureTerm*>(d_terms.terms));
  }
}
