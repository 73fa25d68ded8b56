// Writing and reading a large clip as an h5 image in memory, beside memcpy of the same numbers.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <ctime>
#include <filesystem>

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

/// Bytes of the numbers of a clip in memory.
double size_of(const Clip& c) {
  return 8.0 * static_cast<double>(c.root_pos.size() + c.root_rot.size() + c.local_rot.size());
}

void contiguous(const char* what, const Clip& c) {
  const double bytes = size_of(c);
  std::vector<std::byte> image;
  Frames copy(c.local_rot.rows(), c.local_rot.cols());
  const double written = least([&] { image = formats::write_h5(std::span(&c, 1), {}); });
  const double read = least([&] { (void)formats::read_h5(image, {}); });
  const double apart = least([&] {  // without the check sum: through a process of its own
    (void)formats::read_h5(std::span(image).first(image.size() - 16), {});
  });
  const double copied = least([&] {
    std::memcpy(copy.data(), c.local_rot.data(), static_cast<size_t>(c.local_rot.size()) * 8);
  });
  fmt::print(
      "h5 of {:.0f} MB, {}: write {:.0f} MB/s ({:.2f} of memcpy), read and check {:.0f} MB/s "
      "({:.2f} of memcpy); a file of another program {:.0f} MB/s\n",
      1e-6 * bytes, what, 1e-6 * bytes / written, copied / written, 1e-6 * bytes / read,
      copied / read, 1e-6 * bytes / apart);
}

/// Milliseconds to read 30 frames of one clip of a set, the file being open.
double window_ms(const std::string& path) {
  const formats::MotionFile file = formats::MotionFile::open(path);
  constexpr size_t kReads = 500;
  size_t clip = 1;
  const double time = least([&] {
    for (size_t i = 0; i < kReads; ++i) {
      clip = (clip * 7919 + 13) % file.size();
      (void)file.read(clip, static_cast<int>(i % 60), 30);
    }
  });
  return 1e3 * time / kReads;
}

/// A set of `count` clips, and the milliseconds a clip of its first and of its last fifth.
void grow(const std::string& path, int count, const Clip& c) {
  formats::SetWriter set(path, false);
  double first = 0, last = 0, start = now();
  for (int i = 0; i < count; ++i) {
    set.add(c);
    if (i + 1 == count / 5) first = now() - start;
    if (i + 1 == count - count / 5) start = now();
  }
  last = now() - start;
  set.finish();
  fmt::print(
      "a set of {} clips of {} frames: {:.3f} ms a clip at the beginning, {:.3f} at the end; "
      "30 frames of any clip in {:.3f} ms\n",
      count, c.frames(), 5e3 * first / count, 5e3 * last / count, window_ms(path));
}

}  // namespace

int main() {
  Clip c = big_clip();
  contiguous("float64", c);
  c.local_rot = c.local_rot.cast<float>().cast<double>();
  contiguous("float32", c);
  Clip small = c;
  small.root_pos = c.root_pos.topRows(100);
  small.root_rot = c.root_rot.topRows(100);
  small.local_rot = c.local_rot.topRows(100);
  const std::string path =
      (std::filesystem::temp_directory_path() / fmt::format("h5_bench_{}.h5", getpid())).string();
  for (const int count : {100, 1000, 10000}) grow(path, count, small);
  std::filesystem::remove(path);
}
