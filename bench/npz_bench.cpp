// Reading every array of an npz, one thread: npz_bench FILE... prints the processor time of each
// (s, best of several), for bench/npz_bench.py to set beside numpy.
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <iterator>
#include <vector>

#include "formats/numpy/npz.h"

namespace {

/// Processor time of this process (s): other programs on the machine do not count.
double now() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

double read_all(const std::vector<std::byte>& bytes) {
  const double start = now();
  const motus::formats::Npz npz(bytes);
  size_t total = 0;
  for (const std::string& name : npz.names()) total += npz.array(name).data.size();
  const double took = now() - start;
  return total > 0 ? took : 0;
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    std::ifstream in(argv[i], std::ios::binary);
    const std::vector<char> text((std::istreambuf_iterator<char>(in)), {});
    const auto raw = std::as_bytes(std::span(text));
    const std::vector<std::byte> bytes(raw.begin(), raw.end());
    double best = 1e9;
    for (int round = 0; round < 7; ++round) best = std::min(best, read_all(bytes));
    fmt::print("{}\n", best);
  }
}
