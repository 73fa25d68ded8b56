#include "learn/merge.h"

#include <array>
#include <charconv>

namespace motus::learn {

namespace {

constexpr size_t kStats = sizeof(IterationStats) / sizeof(double);
static_assert(sizeof(IterationStats) == kStats * sizeof(double), "statistics are doubles alone");

/// Arrays that differ between ranks, by the beginning of their names.
bool is_own(const std::string& name) {
  for (const char* own : {"rng.", "replay.", "demo.", "tracker.", "env", "agent.disc_stats"})
    if (name.starts_with(own)) return true;
  return false;
}

std::string part_of(int rank) {
  return fmt::format("rank.{}", rank);
}

std::vector<std::byte> policy_bytes(const Agent& agent) {
  Archive a;
  agent.save(a, false);
  return a.bytes();
}

}  // namespace

void merge(Ranks& ranks, IterationStats& stats, std::span<double> wishes) {
  if (ranks.size() == 1) return;
  std::array<double, kStats> values{};
  std::memcpy(values.data(), &stats, sizeof stats);
  average(ranks, std::span(values));
  std::memcpy(static_cast<void*>(&stats), values.data(), sizeof stats);
  ranks.sum(wishes);
}

TestResult merged(Ranks& ranks, const TestResult& t) {
  if (ranks.size() == 1) return t;
  const auto n = static_cast<double>(t.episodes);
  const double steps = n * t.mean_length;
  std::array<double, 6> sums{
      n, n * t.mean_return, steps, n * t.length_ratio, n * t.net_speed, steps * t.forward_speed};
  ranks.sum(sums);
  TestResult all;
  all.episodes = static_cast<int64_t>(sums[0]);
  if (all.episodes == 0) return all;
  all.mean_return = sums[1] / sums[0];
  all.mean_length = sums[2] / sums[0];
  all.length_ratio = sums[3] / sums[0];
  all.net_speed = sums[4] / sums[0];
  all.forward_speed = sums[2] > 0 ? sums[5] / sums[2] : 0;
  return all;
}

void share_policy(Ranks& ranks, Agent& agent) {
  if (ranks.size() == 1) return;
  std::vector<std::byte> bytes = policy_bytes(agent);
  ranks.broadcast(bytes);
  // rank 0 as well: a deviation that was written as its logarithm is not the same bits any more
  agent.load(Archive::parse(bytes, "rank 0's parameters"), false);
}

void require_same_policy(Ranks& ranks, const Agent& agent) {
  if (ranks.size() == 1) return;
  require_same(ranks, Kind::failed, policy_bytes(agent), "the parameters");
}

void gather_states(Ranks& ranks, Archive& state) {
  if (ranks.size() == 1) return;
  Archive own;
  for (const auto& [name, array] : state.arrays)
    if (is_own(name)) own.arrays[name] = array;
  const std::vector<std::vector<std::byte>> others = ranks.gather(own.bytes());
  state.words["ranks"] = std::to_string(ranks.size());
  for (size_t i = 0; i < others.size(); ++i) {
    state.put<uint8_t>(part_of(static_cast<int>(i) + 1),
                       {reinterpret_cast<const uint8_t*>(others[i].data()), others[i].size()});
  }
}

int ranks_of(const Archive& state) {
  const auto it = state.words.find("ranks");
  if (it == state.words.end()) return 1;
  int n = 0;
  const std::string& text = it->second;
  std::from_chars(text.data(), text.data() + text.size(), n);
  require(n > 1, Kind::bad_input, "'ranks' is '{}', expected a number above 1", text);
  return n;
}

Archive own_state(const Ranks& ranks, Archive state, const Archive& fresh) {
  const int there = ranks_of(state), part = ranks.rank() % there;
  if (part > 0) {
    const std::vector<uint8_t> bytes = state.get<uint8_t>(part_of(part));
    const Archive own = Archive::parse(std::as_bytes(std::span(bytes)), part_of(part));
    for (const auto& [name, array] : own.arrays) state.arrays[name] = array;
  }
  if (there == ranks.size()) return state;
  for (const auto& [name, array] : fresh.arrays)
    if (name.starts_with("rng.")) state.arrays[name] = array;
  return state;
}

}  // namespace motus::learn
