#pragma once
// Python as a judge of what is written for it. Tests that want it say so and pass without.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "tests/corpus.h"

namespace motus {

/// True if Debian's Python has these modules ("numpy, joblib"); else prints that the test is
/// skipped.
inline bool python_has(const std::string& modules) {
  const std::string test = "/usr/bin/python3 -c 'import " + modules + "' 2>/dev/null";
  if (std::system(test.c_str()) == 0) return true;
  std::fprintf(stderr, "skipped: /usr/bin/python3 has no %s\n", modules.c_str());
  return false;
}

/// A folder that goes away with the object.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "motus-test-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Runs a Python program in `folder`; what it printed, or "failed".
inline std::string run_python(const TempFolder& folder, const std::string& program) {
  std::ofstream(folder.path() / "program.py") << program;
  const std::string command =
      "cd " + folder.path().string() + " && /usr/bin/python3 program.py 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  std::string out;
  for (int c = 0; (c = std::fgetc(pipe)) != EOF;) out += static_cast<char>(c);
  return pclose(pipe) == 0 ? out : "failed: " + out;
}

inline void save(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<long>(bytes.size()));
}

}  // namespace motus
