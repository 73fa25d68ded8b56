#pragma once
// Of a list of numbers; 0 for none.
#include <algorithm>
#include <cmath>
#include <span>

namespace motus::learn {

inline double mean_of(std::span<const float> v) {
  double sum = 0;
  for (const float x : v) sum += x;
  return sum / static_cast<double>(std::max<size_t>(v.size(), 1));
}

/// Unbiased, around their mean.
inline double deviation_of(std::span<const float> v, double mean) {
  double square = 0;
  for (const float x : v) square += (x - mean) * (x - mean);
  return std::sqrt(square / static_cast<double>(std::max<size_t>(v.size(), 2) - 1));
}

}  // namespace motus::learn
