#pragma once
// Folders and files of trainings in tests.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "motion/sha256.h"
#include "tests/catch.h"

namespace motus::learn {

/// An empty folder for one test.
inline std::filesystem::path fresh_folder(const std::string& name) {
  const auto folder = std::filesystem::temp_directory_path() / ("motus_learn_" + name);
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

/// SHA-256 of a file that must be there.
inline std::string hash(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  REQUIRE(in.good());
  const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
  return sha256(std::as_bytes(std::span(bytes)));
}

}  // namespace motus::learn
