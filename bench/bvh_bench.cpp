// Reading the numbers of a BVH's MOTION block, one thread: Motus against numpy.loadtxt on the same
// text. bvh_bench prints megabytes and numbers a second; with FILE it writes the block there, so
// that bench/bvh_bench.py can give it to numpy.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "formats/bvh/bvh_file.h"

namespace {

constexpr int kRows = 4000, kColumns = 96, kRounds = 7;

/// Angles as programs write them: six decimals, a sign now and then.
std::string block() {
  std::string out;
  for (int r = 0; r < kRows; ++r) {
    for (int c = 0; c < kColumns; ++c) {
      out += fmt::format("{}{:.6f}", c ? " " : "", 170 * std::sin(0.013 * r + 1.7 * c));
    }
    out += '\n';
  }
  return out;
}

/// Processor time of this process (s): other programs on the machine do not count.
double now() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

double seconds(const std::string& text, std::vector<double>& values) {
  const double start = now();
  double* out = values.data();
  motus::formats::bvh::parse_numbers(text.data(), text.data() + text.size(), out,
                                     values.data() + values.size());
  const double took = now() - start;
  if (out != values.data() + values.size()) std::abort();
  return took;
}

double strtod_seconds(const std::string& text, std::vector<double>& values) {
  const double start = now();
  const char* at = text.c_str();
  for (double& v : values) {
    char* end = nullptr;
    v = std::strtod(at, &end);
    at = end;
  }
  const double took = now() - start;
  return took;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string text = block();
  std::vector<double> values(static_cast<size_t>(kRows) * kColumns), other(values.size());
  double best = 1e9, plain = 1e9;
  for (int i = 0; i < kRounds; ++i) {
    best = std::min(best, seconds(text, values));
    plain = std::min(plain, strtod_seconds(text, other));
  }
  if (values != other) {
    fmt::print(stderr, "the two readings differ\n");
    return 1;
  }
  if (argc > 1) {
    std::FILE* f = std::fopen(argv[1], "wb");
    if (!f || std::fwrite(text.data(), 1, text.size(), f) != text.size() || std::fclose(f) != 0) {
      return 1;
    }
    fmt::print("{}\n", best);
    return 0;
  }
  fmt::print("BVH numbers: {:.0f} MB/s, {:.1f} million numbers/s; {:.1f} x strtod\n",
             1e-6 * static_cast<double>(text.size()) / best,
             1e-6 * static_cast<double>(values.size()) / best, plain / best);
  return 0;
}
