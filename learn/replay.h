#pragma once
// A ring of discriminator observations: the policy's past ones, so that the discriminator does not
// forget them, or the clips'.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "learn/archive.h"
#include "learn/deck.h"

namespace motus::learn {

class Replay {
 public:
  Replay(int64_t capacity, int width);

  /// Pushes all rows while the ring has not been filled once, afterwards a random `later` of them, or
  /// each with probability `keep` if that is not negative. Throws Error(usage) if the rows alone
  /// exceed the capacity.
  void push(std::span<const float> rows, int64_t later, double keep, Rng& rng);
  /// Copies rows without replacement: a deck of the capacity's indices, taken modulo the rows held;
  /// or with it, each row uniformly.
  void sample(std::span<float> out, bool replacement, Rng& rng);

  int64_t size() const { return total_ < capacity_ ? total_ : capacity_; }
  int64_t capacity() const { return capacity_; }
  std::span<const float> row(int64_t i) const {
    return std::span(data_).subspan(static_cast<size_t>(i) * width_, width_);
  }

  void save(Archive& a, const std::string& name) const;
  void load(const Archive& a, const std::string& name);
  /// All but the rows, which are somehow there already.
  void save_order(Archive& a, const std::string& name) const;
  void load_order(const Archive& a, const std::string& name);

 private:
  void put(const float* row);
  int64_t capacity_, total_ = 0, next_ = 0;
  size_t width_;
  std::vector<float> data_;  ///< grows with what it holds
  std::vector<int64_t> order_;
  int64_t dealt_ = 0;
};

}  // namespace motus::learn
