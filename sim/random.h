#pragma once
// Random numbers as a function of (seed, stream, counter, index): no state to advance, so results
// depend neither on the number of threads nor on the order in which environments are stepped.
#include <cmath>
#include <cstdint>

namespace motus::sim {

/// SplitMix64's finaliser (Steele, Lea, Flood 2014): a bijection that scatters every bit.
inline uint64_t scatter(uint64_t x) {
  x += 0x9e3779b97f4a7c15ull;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

inline uint64_t random_bits(uint64_t seed, uint64_t stream, uint64_t counter, uint64_t index) {
  return scatter(scatter(scatter(scatter(seed) ^ stream) ^ counter) ^ index);
}

/// Uniform in [0, 1), 53 bits.
inline double random_unit(uint64_t seed, uint64_t stream, uint64_t counter, uint64_t index) {
  return static_cast<double>(random_bits(seed, stream, counter, index) >> 11) * 0x1.0p-53;
}

/// Standard normal from two uniform numbers in [0, 1) (Box and Muller 1958).
inline double random_normal(double u, double v) {
  constexpr double kTurn = 6.28318530717958648;
  return std::sqrt(-2 * std::log(1 - u)) * std::cos(kTurn * v);
}

}  // namespace motus::sim
