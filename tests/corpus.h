#pragma once
// Real files by others, which never enter the repository: $MOTUS_CORPUS, else ../shared/corpus
// beside the source tree. Tests that want them say so and pass without.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "formats/format.h"
#include "motion/error.h"
#include "tests/source_dir.h"

namespace motus {

/// The corpus folder, or an empty path after printing why the test is skipped.
inline std::filesystem::path corpus() {
  const char* env = std::getenv("MOTUS_CORPUS");
  const std::filesystem::path folder =
      env && *env ? std::filesystem::path(env)
                  : std::filesystem::path(source_dir()) / ".." / "shared" / "corpus";
  if (std::filesystem::is_directory(folder)) return folder;
  std::fprintf(stderr, "skipped: no corpus at %s\n", folder.c_str());
  return {};
}

inline std::vector<std::byte> file_bytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  const std::vector<char> text((std::istreambuf_iterator<char>(in)), {});
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

inline std::vector<Clip> read_file(const std::filesystem::path& path,
                                   formats::ReadOptions options = {}) {
  options.name = path.filename().string();
  options.sibling = [&](const std::string& name) {
    const auto beside = path.parent_path() / name;
    if (!std::filesystem::exists(beside)) throw Error(Kind::bad_input, name + ": no such file");
    return file_bytes(beside);
  };
  return formats::read(file_bytes(path), "", options);
}

/// All files below `folder`, sorted.
inline std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> out;
  if (!std::filesystem::is_directory(folder)) return out;
  for (const auto& e : std::filesystem::recursive_directory_iterator(folder)) {
    if (e.is_regular_file()) out.push_back(e.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace motus
