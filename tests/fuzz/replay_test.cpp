// tests/fuzz/regressions/FORMAT/*: inputs that once crashed, hung or filled the memory.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/catch.h"
#include "tests/fuzz/target.h"
#include "tests/source_dir.h"

using namespace motus;
namespace fs = std::filesystem;

TEST_CASE("what fuzzers found stays found") {
  const fs::path folder = fs::path(motus::source_dir()) / "tests" / "fuzz" / "regressions";
  REQUIRE(fs::is_directory(folder));
  int inputs = 0;
  for (const auto& e : fs::recursive_directory_iterator(folder)) {
    if (!e.is_regular_file() || e.path().extension() == ".md") continue;
    INFO(e.path());
    std::ifstream in(e.path(), std::ios::binary);
    const std::vector<char> text((std::istreambuf_iterator<char>(in)), {});
    fuzz::run(e.path().parent_path().filename().string(), std::as_bytes(std::span(text)));
    ++inputs;
  }
  CHECK(inputs > 0);
}

TEST_CASE("every reader survives nothing, one byte, and text") {
  for (const std::string& target : fuzz::targets()) {
    INFO(target);
    for (const std::string_view text : {"", "\x80", "{", "PK\3\4", "1,2,3\n4,5\n"}) {
      fuzz::run(target, std::as_bytes(std::span(text)));
    }
  }
}
