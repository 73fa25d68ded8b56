// Writing and reading a large clip as an h5 image in memory, beside memcpy of the same numbers.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <ctime>

#include "formats/h5/h5.h"

using namespace motus;

namespace {

constexpr int kFrames = 40000, kBodies = 60, kRounds = 3;

/// Processor time of this process (s): other programs on the machine do not count.
double now() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

template <typename F>
double least(F work) {
  double best = 1e9;
  for (int i = 0; i < kRounds; ++i) {
    const double start = now();
    work();
    best = std::min(best, now() - start);
  }
  return best;
}

Clip big_clip() {
  Skeleton::Spec spec;
  spec.name = "chain";
  for (int b = 0; b < kBodies; ++b) {
    spec.bodies.push_back({.name = fmt::format("body_{}", b), .parent = b - 1});
  }
  Clip c;
  c.name = "big";
  c.skeleton = Skeleton::build(std::move(spec));
  c.root_pos = Frames::Zero(kFrames, 3);
  c.root_rot = Frames::Zero(kFrames, 4);
  c.root_rot.col(0).setOnes();
  c.local_rot.resize(kFrames, 4 * kBodies);
  for (int f = 0; f < kFrames; ++f) {
    for (int b = 0; b < kBodies; ++b) {
      Clip::set_quat(c.local_rot, f, b, yaw_rotation(0.001 * f + 0.1 * b));
    }
  }
  return c;
}

}  // namespace

int main() {
  const Clip c = big_clip();
  const double bytes = 8.0 * static_cast<double>(c.local_rot.size());
  std::vector<std::byte> image;
  Frames copy(c.local_rot.rows(), c.local_rot.cols());
  const double written = least([&] { image = formats::write_h5(std::span(&c, 1), {}); });
  const double read = least([&] { (void)formats::read_h5(image, {}); });
  const double copied =
      least([&] { std::memcpy(copy.data(), c.local_rot.data(), static_cast<size_t>(bytes)); });
  fmt::print(
      "h5 of {:.0f} MB: write {:.0f} MB/s ({:.2f} of memcpy), read and check {:.0f} MB/s "
      "({:.2f} of memcpy)\n",
      1e-6 * bytes, 1e-6 * bytes / written, copied / written, 1e-6 * bytes / read, copied / read);
}
