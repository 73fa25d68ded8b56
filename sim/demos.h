#pragma once
// Draws from the clips: where episodes start and what the discriminator is shown as real. A draw is
// a function of (seed, stream, counter), so threads may share one object.
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/feature_list.h"
#include "sim/reference.h"

namespace motus::sim {

class Demos {
 public:
  struct Options {
    FeatureList features;  ///< of one step
    bool newest_first = false;
    int steps = 10;        ///< of a window
    double dt = 1.0 / 30;  ///< s between them
    uint64_t seed = 0;
    bool random = true;  ///< false: everything starts at time 0
    int table = 0;       ///< rows of the precomputed table; 0 = exact draws
  };
  Demos(const Reference& reference, const Options& options);

  /// A motion and a time in it: by weight, then uniform; or a row of the table.
  std::pair<int, double> draw(uint64_t stream, uint64_t counter) const;

  /// Uniform in [0, 1): number `index` of a draw, for what else it decides; 0 and 1 are taken.
  double random(uint64_t stream, uint64_t counter, uint64_t index) const;

  /// What a discriminator sees of a ring of snapshots whose entry `head` is the newest.
  void see(const float* ring, int head, float* out) const;

  /// The discriminator observation of draw number `counter`. `window` is room for the snapshots.
  void row(uint64_t counter, Reference::Scratch& s, float* window, float* out) const;

  /// Draws go on as those of another seed: for resuming.
  void reseed(uint64_t seed) { options_.seed = seed; }

  int width() const { return width_; }  ///< of a row
  bool tabled() const { return !times_.empty(); }

 private:
  void build_table();
  void observe(int motion, double time, Reference::Scratch& s, float* window, float* out) const;

  const Reference& reference_;
  Options options_;
  int width_;
  std::vector<int> motions_;
  std::vector<double> times_;
  std::vector<float> rows_;
};

}  // namespace motus::sim
