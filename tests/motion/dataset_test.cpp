// Shares of a dataset for processes that train together.
#include "motion/dataset.h"

#include <map>

#include "motion/error.h"
#include "tests/catch.h"

using namespace motus;

namespace {

Dataset weighted(const std::vector<double>& weights) {
  Dataset d;
  for (size_t i = 0; i < weights.size(); ++i) {
    d.clips.emplace_back();
    d.clips.back().name = std::string(1, static_cast<char>('a' + i));
    d.clips.back().weight = weights[i];
  }
  return d;
}

std::string names(const Dataset& d) {
  std::string out;
  for (const Clip& c : d.clips) out += c.name;
  return out;
}

}  // namespace

TEST_CASE("shares draw every clip as often as the whole dataset does") {
  const std::vector<double> weights{1, 0.1, 0, 7.3, 0.1, 2.5, 0.7, 0.3};
  const Dataset all = weighted(weights);
  for (int parts = 1; parts <= 11; ++parts) {
    std::map<std::string, double> chance;
    size_t held = 0;
    for (int r = 0; r < parts; ++r) {
      const Dataset mine = share_of(all, r, parts);
      double total = 0;
      for (const Clip& c : mine.clips) total += c.weight;
      CHECK(total == Approx(12.0 / parts));
      for (const Clip& c : mine.clips) chance[c.name] += c.weight / total / parts;
      held += mine.clips.size();
    }
    for (const Clip& c : all.clips) CHECK(chance[c.name] == Approx(c.weight / 12).margin(1e-9));
    CHECK(held <= 7 + static_cast<size_t>(parts) - 1);  // a clip more at each border
  }
}

TEST_CASE("equal clips are split without being cut") {
  std::vector<double> weights(6, 0.1);  // a number that sums do not meet
  CHECK(names(share_of(weighted(weights), 0, 3)) == "ab");
  CHECK(names(share_of(weighted(weights), 1, 3)) == "cd");
  CHECK(names(share_of(weighted(weights), 2, 3)) == "ef");
  CHECK(share_of(weighted(weights), 1, 3).clips[0].weight == 0.1);
  CHECK(names(share_of(weighted({2}), 1, 2)) == "a");
}

TEST_CASE("weights without meaning are refused") {
  CHECK_THROWS_AS(share_of(weighted({0, 0}), 0, 2), Error);
  CHECK_THROWS_AS(share_of(weighted({1, -1}), 0, 2), Error);
}
