#pragma once
// Questions about who hangs on whom.
#include <algorithm>
#include <vector>

#include "motion/skeleton.h"

namespace motus::retarget {

/// True if `b` is `a` or below it.
inline bool above(const Skeleton& s, int a, int b) {
  while (b > a) b = s.bodies()[static_cast<size_t>(b)].parent;
  return a == b;
}

/// The lowest body that has both below it, or is one of them.
inline int common(const Skeleton& s, int a, int b) {
  while (a != b) {
    int& deeper = a > b ? a : b;
    deeper = s.bodies()[static_cast<size_t>(deeper)].parent;
  }
  return a;
}

/// Bodies from below `from` down to `to`.
inline std::vector<int> path(const Skeleton& s, int from, int to) {
  std::vector<int> out;
  for (int b = to; b > from; b = s.bodies()[static_cast<size_t>(b)].parent) out.push_back(b);
  std::reverse(out.begin(), out.end());
  return out;
}

inline std::vector<std::vector<int>> children(const Skeleton& s) {
  std::vector<std::vector<int>> out(s.bodies().size());
  for (size_t b = 1; b < s.bodies().size(); ++b)
    out[static_cast<size_t>(s.bodies()[b].parent)].push_back(static_cast<int>(b));
  return out;
}

}  // namespace motus::retarget
