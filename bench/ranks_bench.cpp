// The time of one sum over two ranks of this machine (Gloo over the loopback), for buffers as long as
// networks' gradients; with it, what part of an iteration ranks spend on each other follows from
// amp-train --plan --json. Ranks are threads here: they talk over the same sockets as processes do.
//      ranks_bench [REPEATS]
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <future>
#include <vector>

#include "learn/gloo.h"

using namespace motus::learn;

namespace {

/// Seconds of each of `repeats` sums of `floats` numbers, as one rank saw them.
std::vector<double> time_sums(Ranks& ranks, size_t floats, int repeats) {
  using Clock = std::chrono::steady_clock;
  std::vector<float> values(floats, 1);
  std::vector<double> out;
  for (int i = 0; i < repeats; ++i) {
    ranks.sum(std::span(values).first(1));  // both are here
    const Clock::time_point from = Clock::now();
    ranks.sum(values);
    out.push_back(std::chrono::duration<double>(Clock::now() - from).count());
    std::fill(values.begin(), values.end(), 1.0f);
  }
  std::sort(out.begin(), out.end());
  return out;
}

void print_table(Ranks& ranks, int repeats) {
  if (ranks.rank() == 0)
    fmt::print("{:>10} {:>10} {:>12} {:>12}\n", "floats", "MB", "best us", "median us");
  for (const size_t floats : {16u, 1u << 14, 73000u, 1u << 18, 646000u, 1u << 21}) {
    const std::vector<double> s = time_sums(ranks, floats, repeats);
    if (ranks.rank() == 0)
      fmt::print("{:>10} {:>10.3f} {:>12.0f} {:>12.0f}\n", floats,
                 4e-6 * static_cast<double>(floats), 1e6 * s.front(), 1e6 * s[s.size() / 2]);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int repeats = argc > 1 ? std::max(1, std::atoi(argv[1])) : 200;
  std::promise<int> port;
  std::shared_future<int> known = port.get_future().share();
  const auto run = [&](int rank) {
    Meeting m;
    m.rank = rank, m.size = 2, m.address = "127.0.0.1";
    if (rank == 0) m.opened = [&](int p) { port.set_value(p); };
    if (rank > 0) m.port = known.get();
    print_table(*join_gloo(m), repeats);
  };
  std::future<void> other = std::async(std::launch::async, run, 1);
  run(0);
  other.get();
}
