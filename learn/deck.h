#pragma once
// Rows without replacement: a shuffled deck of indices, dealt until it is empty, then shuffled
// again.
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "learn/rng.h"

namespace motus::learn {

class Deck {
 public:
  /// A fresh deck of 0 .. n-1.
  void open(int64_t n, Rng& rng) {
    order_.resize(static_cast<size_t>(n));
    std::iota(order_.begin(), order_.end(), int64_t{0});
    rng.shuffle(std::span(order_));
    next_ = 0;
  }
  void deal(std::span<int64_t> out, Rng& rng) {
    for (int64_t& o : out) {
      if (next_ == order_.size()) {
        rng.shuffle(std::span(order_));
        next_ = 0;
      }
      o = order_[next_++];
    }
  }

 private:
  std::vector<int64_t> order_;
  size_t next_ = 0;
};

}  // namespace motus::learn
