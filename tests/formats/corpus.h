#pragma once
// Real motion files of other projects, for tests only: $MOTUS_CORPUS, else ../shared/corpus beside
// the source tree.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

namespace motus {

/// The folder, or empty with a line on stderr that says so.
inline std::filesystem::path corpus() {
  const char* env = std::getenv("MOTUS_CORPUS");
  const std::filesystem::path root =
      env ? env : std::filesystem::path(MOTUS_SOURCE_DIR).parent_path() / "shared" / "corpus";
  if (std::filesystem::is_directory(root)) return root;
  std::cerr << "skipped: no corpus at " << root << " (MOTUS_CORPUS names it)\n";
  return {};
}

inline std::vector<std::byte> file_bytes(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string s((std::istreambuf_iterator<char>(in)), {});
  const auto* p = reinterpret_cast<const std::byte*>(s.data());
  return {p, p + s.size()};
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
