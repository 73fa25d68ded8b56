#pragma once
// Many worlds of one robot stepped together by MuJoCo Warp, without Python: a control step is one
// replay of substeps that were captured before (sim/warp_capture.h). Numbers are float32; the device
// is a CUDA one, or the CPU, where the same code is slower than sim/env.h and serves for tests.
// Internal to sim/.
#include <span>

#include "sim/warp_capture.h"

namespace motus::sim {

class WarpBatch {
 public:
  /// `folder` holds the capture; empty: the cache's. Throws what require_capture(),
  /// WarpLibrary::open() and WarpGraph() throw, and Error(bad_input) for a model with states beside
  /// positions and velocities. All worlds must be set before the first step.
  WarpBatch(const mjModel* m, const WarpSizes& sizes, WarpDevice device,
            std::filesystem::path folder = {});

  /// Puts one world into a state: qpos (nq), qvel (nv); time 0, nothing left of its solver.
  void set(int world, std::span<const double> qpos, std::span<const double> qvel);
  /// One control step of all worlds with controls (worlds, nu).
  void step(std::span<const float> ctrl);
  /// Copies (worlds, nq), (worlds, nv) or (worlds, bodies, 3; world frame, m, of the state as it is
  /// after step()) from the device.
  void qpos(std::span<float> out) const { read("qpos", out); }
  void qvel(std::span<float> out) const { read("qvel", out); }
  void xpos(std::span<float> out) const { read("xpos", out); }
  /// Throws Error(failed) if contacts or constraint rows of a world found no room since it was set,
  /// so that its motion is wrong.
  void require_room() const;

  int worlds() const { return sizes_.worlds; }
  /// The arrays where they lie: qpos, qvel, xpos, ctrl, qacc_warmstart, time, overflow.
  const WarpGraph& graph() const { return graph_; }

 private:
  void read(const char* array, std::span<float> out) const;
  void write_row(const char* array, int world, std::span<const float> row);

  WarpSizes sizes_;
  int nq_, nv_, nu_;
  std::filesystem::path folder_;
  WarpGraph graph_;
};

}  // namespace motus::sim
