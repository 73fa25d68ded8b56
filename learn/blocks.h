#pragma once
// Rows gathered and worked on in blocks that stay in cache.
#include <algorithm>
#include <cstring>

#include "learn/mlp_pass.h"

namespace motus::learn {

/// Rows `picks` of `rows` (n, width) one after the other into `out`.
inline void gather(std::span<const float> rows, std::span<const int64_t> picks, size_t width,
                   float* out) {
  for (const int64_t i : picks) {
    std::memcpy(out, rows.data() + static_cast<size_t>(i) * width, width * sizeof(float));
    out += width;
  }
}

/// Calls block(first, n) for blocks of `total` rows, at most `largest` each.
template <typename F>
void blocks(size_t total, F block, size_t largest = kBlock) {
  for (size_t at = 0; at < total; at += largest) block(at, std::min(largest, total - at));
}

inline int64_t ceil_div(int64_t a, int64_t b) {
  return (a + b - 1) / b;
}

}  // namespace motus::learn
