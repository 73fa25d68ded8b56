// Fills OUT/FORMAT with small valid files: short clips of data/clips in every format that is
// written, and the small files of a corpus folder if one is given.      fuzz_seeds OUT CLIPS [CORPUS]
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "motion/error.h"
#include "tests/fuzz/target.h"

namespace fs = std::filesystem;
using namespace motus;

namespace {

constexpr size_t kLargest = 100'000;  // bytes; fuzzers like small seeds
constexpr int kFrames = 3;

std::vector<std::byte> bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  const std::vector<char> text((std::istreambuf_iterator<char>(in)), {});
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

void put(const fs::path& folder, const std::string& name, formats::Bytes bytes) {
  if (bytes.size() > kLargest) return;
  fs::create_directories(folder);
  std::ofstream(folder / name, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<long>(bytes.size()));
}

Clip first_frames(const Clip& c) {
  Clip out = c;
  const Eigen::Index n = std::min<Eigen::Index>(kFrames, c.frames());
  for (Frames* a : {&out.root_pos, &out.root_rot, &out.dof_pos, &out.local_rot}) {
    *a = Frames(a->topRows(a->size() > 0 ? n : 0));
  }
  for (auto& [name, channel] : out.channels) channel.data = Frames(channel.data.topRows(n));
  out.source = {};
  return out;
}

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> out;
  for (const auto& e : fs::recursive_directory_iterator(folder)) {
    if (e.is_regular_file()) out.push_back(e.path());
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return std::fprintf(stderr, "fuzz_seeds OUT CLIPS [CORPUS]\n"), 2;
  const fs::path out = argv[1];
  for (const std::string& target : fuzz::targets()) fs::create_directories(out / target);
  for (const fs::path& path : files_below(argv[2])) {
    try {
      const Clip clip = first_frames(formats::read(bytes_of(path), "", {})[0]);
      for (const formats::Format& f : formats::table()) {
        if (!f.write) continue;
        try {
          put(out / f.name, path.filename().string(), f.write(std::span(&clip, 1), {}));
        } catch (const Error&) {  // this format does not hold this figure
        }
      }
    } catch (const Error&) {
    }
  }
  for (int i = 3; i < argc; ++i) {
    for (const fs::path& path : files_below(argv[i])) {
      const auto bytes = bytes_of(path);
      if (bytes.empty() || bytes.size() > kLargest) continue;
      try {
        put(out / formats::detect(bytes).name, path.filename().string(), bytes);
      } catch (const Error&) {
      }
    }
  }
}
