// libFuzzer's entry: the program's own name says which reader is fuzzed (fuzz_bvh, fuzz_gmr ...).
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/fuzz/target.h"

namespace {
std::string target;
}

extern "C" int LLVMFuzzerInitialize(int*, char*** argv) {
  const std::string name = std::filesystem::path((*argv)[0]).filename().string();
  target = name.substr(std::min(name.size(), sizeof "fuzz_" - 1));
  const auto all = motus::fuzz::targets();
  if (std::find(all.begin(), all.end(), target) == all.end()) {
    std::fprintf(stderr, "called as %s: expected fuzz_FORMAT with a format that is read\n",
                 name.c_str());
    std::exit(2);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  motus::fuzz::run(target, std::as_bytes(std::span(data, size)));
  return 0;
}
