#pragma once
// Random numbers that a checkpoint can hold: xoshiro256++ (Blackman and Vigna) seeded by splitmix64.
// One generator per purpose, so that one part's draws never move another's.
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>
#include <utility>

namespace motus::learn {

class Rng {
 public:
  explicit Rng(uint64_t seed = 0, uint64_t stream = 0) {
    uint64_t x = seed * 0x9E3779B97F4A7C15ULL + stream * 0xD1B54A32D192ED03ULL;
    for (uint64_t& s : state_) {
      x += 0x9E3779B97F4A7C15ULL;
      uint64_t z = x;
      z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
      z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
      s = z ^ (z >> 31);
    }
  }

  uint64_t next() {
    const uint64_t result = rotl(state_[0] + state_[3], 23) + state_[0];
    const uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = rotl(state_[3], 45);
    return result;
  }
  /// [0, 1)
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// {0, ..., n-1}
  uint64_t below(uint64_t n) { return next() % n; }
  /// Standard normal numbers, two per pair of draws (Box-Muller).
  void normal(std::span<float> out) {
    for (size_t i = 0; i < out.size(); i += 2) {
      const double r = std::sqrt(-2.0 * std::log(1.0 - uniform()));
      const double a = 2.0 * std::numbers::pi * uniform();
      out[i] = static_cast<float>(r * std::cos(a));
      if (i + 1 < out.size()) out[i + 1] = static_cast<float>(r * std::sin(a));
    }
  }
  template <typename T>
  void shuffle(std::span<T> items) {
    for (size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

  std::array<uint64_t, 4>& state() { return state_; }
  const std::array<uint64_t, 4>& state() const { return state_; }

 private:
  static uint64_t rotl(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
  std::array<uint64_t, 4> state_;
};

}  // namespace motus::learn
