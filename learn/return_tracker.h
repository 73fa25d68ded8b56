#pragma once
// Running return and length of each environment's episode, and their means over the episodes that
// ended since the last clear.
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "learn/archive.h"
#include "learn/ranks.h"
#include "sim/vec_env.h"

namespace motus::learn {

class ReturnTracker {
 public:
  explicit ReturnTracker(int envs)
      : reward_(static_cast<size_t>(envs)), length_(static_cast<size_t>(envs)) {}

  void add(std::span<const float> rewards, std::span<const sim::Done> done) {
    for (size_t e = 0; e < reward_.size(); ++e) {
      reward_[e] += rewards[e];
      length_[e] += 1;
      if (done[e] == sim::Done::no) continue;
      totals_[0] += reward_[e];
      totals_[1] += length_[e];
      totals_[2] += 1;
      reward_[e] = length_[e] = 0;
    }
  }
  int64_t episodes() const { return static_cast<int64_t>(totals_[2]); }
  double mean_return() const { return totals_[2] > 0 ? totals_[0] / totals_[2] : 0; }
  double mean_length() const { return totals_[2] > 0 ? totals_[1] / totals_[2] : 0; }
  /// The means become those of all ranks' episodes.
  void merge(Ranks& ranks) { ranks.sum(totals_); }
  /// Forgets the means; `running` also the episodes under way (the environments were reset).
  void clear(bool running) {
    totals_ = {0, 0, 0};
    if (!running) return;
    reward_.assign(reward_.size(), 0);
    length_.assign(length_.size(), 0);
  }

  void save(Archive& a) const {
    a.put<double>("tracker.reward", reward_);
    a.put<double>("tracker.length", length_);
    a.put<double>("tracker.totals", totals_);
  }
  void load(const Archive& a) {
    a.get<double>("tracker.reward", reward_);
    a.get<double>("tracker.length", length_);
    a.get<double>("tracker.totals", totals_);
  }

 private:
  std::vector<double> reward_, length_;
  std::array<double, 3> totals_{0, 0, 0};  ///< reward, steps, episodes
};

}  // namespace motus::learn
