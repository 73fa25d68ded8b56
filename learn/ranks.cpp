#include "learn/ranks.h"

#include <algorithm>

#include "motion/sha256.h"

namespace motus::learn {

namespace {

/// Every rank's number.
std::vector<double> each(Ranks& ranks, double value) {
  std::vector<double> all(static_cast<size_t>(ranks.size()), 0.0);
  all[static_cast<size_t>(ranks.rank())] = value;
  ranks.sum(all);
  return all;
}

template <typename T>
void average_of(Ranks& ranks, std::span<T> values) {
  if (ranks.size() == 1) return;
  ranks.sum(values);
  const T share = T{1} / static_cast<T>(ranks.size());
  for (T& v : values) v *= share;
}

}  // namespace

Ranks& alone() {
  static Ranks one;
  return one;
}

void average(Ranks& ranks, std::span<float> values) {
  average_of(ranks, values);
}

void average(Ranks& ranks, std::span<double> values) {
  average_of(ranks, values);
}

double average(Ranks& ranks, double value) {
  average_of(ranks, std::span(&value, 1));
  return value;
}

size_t least(Ranks& ranks, size_t value) {
  const std::vector<double> all = each(ranks, static_cast<double>(value));
  return static_cast<size_t>(*std::min_element(all.begin(), all.end()));
}

void require_same(Ranks& ranks, Kind kind, std::span<const std::byte> bytes,
                  const std::string& what) {
  if (ranks.size() == 1) return;
  const std::string mine = sha256(bytes);
  std::string first = mine;
  ranks.broadcast(std::as_writable_bytes(std::span(first)));
  const std::vector<double> others = each(ranks, mine == first ? 0 : 1);
  const auto at = std::find(others.begin(), others.end(), 1.0);
  require(at == others.end(), kind, "{} of rank {} are not those of rank 0", what,
          at - others.begin());
}

uint64_t seed_of(int rank, uint64_t seed) {
  // far from the seeds that people give: rank 1 of seed 0 is not rank 0 of seed 1
  return seed + static_cast<uint64_t>(rank) * 0xA0761D6478BD642FULL;
}

}  // namespace motus::learn
