// Runs as curves: log.txt, TensorBoard's files, and what is left of them when they are damaged.
#include <bit>
#include <filesystem>
#include <fstream>

#include "learn/curves.h"
#include "learn/event_file.h"
#include "motion/error.h"
#include "tests/catch.h"

using namespace motus;
using namespace motus::learn;
namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path = fs::temp_directory_path() / fmt::format("motus_curves_{}", getpid());
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
};

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Curves events(const std::string& bytes) {
  return read_events(std::as_bytes(std::span(bytes)), "events");
}

}  // namespace

TEST_CASE("MimicKit's log is curves over samples") {
  const Curves c =
      read_log("Iteration   Samples   Test_Return\r0  32  1.5\r100  3200  -2e-3\r", "log.txt");
  REQUIRE(c.find({"Test_Return"}) != nullptr);
  CHECK(*c.find({"Test_Return"}) == Curve{{32, 1.5}, {3200, -2e-3}});
  CHECK(c.find({"nothing", "Iteration"})->back().second == 100);
  CHECK(c.find({"nothing"}) == nullptr);
  CHECK(c.warnings.empty());
}

TEST_CASE("a log cut in mid-line loses that line, with a warning") {
  const Curves c = read_log("A Samples\n1 10\n2 2", "log.txt");
  CHECK(c.data.at("A") == Curve{{10, 1}});
  REQUIRE(c.warnings.size() == 1);
  CHECK(c.warnings[0].find("row 2") != std::string::npos);
  CHECK_THROWS_AS(read_log("", "log.txt"), Error);
  CHECK_THROWS_AS(read_log("A B\n", "log.txt"), Error);
  CHECK_THROWS_AS(read_log("1 2\n3 4\n", "log.txt"), Error);
}

TEST_CASE("event files come back, and up to the first damage") {
  const Folder folder;
  {
    EventFile out(folder.path);
    out.write(10, {{"a", 1.5}, {"b/c", -2}});
    out.write(20, {{"a", 2.5}});
  }
  const Curves c = read_run(folder.path);
  CHECK(c.name == folder.path.filename().string());
  CHECK(c.data.at("a") == Curve{{10, 1.5}, {20, 2.5}});
  CHECK(c.data.at("b/c") == Curve{{10, -2}});
  CHECK(c.warnings.empty());

  const std::string bytes = text_of(fs::directory_iterator(folder.path)->path());
  std::string damaged = bytes;
  damaged[damaged.size() - 6] ^= 1;
  const Curves half = events(damaged);
  CHECK(half.data.at("a") == Curve{{10, 1.5}});
  CHECK(half.warnings.size() == 1);
  // cut at every byte: never more than was written, never a crash
  for (size_t n = 0; n < bytes.size(); ++n) {
    try {
      const Curves part = events(bytes.substr(0, n));
      CHECK(part.data.size() <= 2);
    } catch (const Error& e) {
      CHECK(e.kind() == Kind::bad_input);
    }
  }
  CHECK_THROWS_AS(events("no record at all, but some text"), Error);
}

TEST_CASE("a tensor of one number counts as a scalar") {
  // Event {2: step 7, 5: {1: {1: "loss", 8: {1: DT_FLOAT, 4: content}}}}
  const float value = 0.25F;
  const auto bits = std::bit_cast<uint32_t>(value);
  std::string content(4, '\0');
  for (size_t i = 0; i < 4; ++i) content[i] = static_cast<char>(bits >> (8 * i));
  const std::string tensor = std::string("\x08\x01\x22\x04") + content;
  const std::string entry =
      std::string("\x0a\x04loss\x42") + static_cast<char>(tensor.size()) + tensor;
  const std::string summary = std::string("\x0a") + static_cast<char>(entry.size()) + entry;
  const std::string event =
      std::string("\x10\x07\x2a") + static_cast<char>(summary.size()) + summary;
  CHECK(events(EventFile::frame(event)).data.at("loss") == Curve{{7, 0.25}});
}

TEST_CASE("what the end of a training says") {
  Curves c;
  for (int i = 0; i < 10; ++i) {
    c.data["Disc_Agent_Logit"].emplace_back(i, i < 5 ? -1 : -6);
    c.data["Disc_Reward_Mean"].emplace_back(i, i < 5 ? 0.6 : 0.01);
    c.data["Disc_Agent_Acc"].emplace_back(i, 0.99);
    c.data["Disc_Demo_Acc"].emplace_back(i, 0.99);
  }
  REQUIRE(diagnose_training(c).size() == 1);
  CHECK(diagnose_training(c)[0].find("the discriminator wins") == 0);
  for (auto& [x, y] : c.data["Disc_Agent_Logit"]) y = -1;  // accuracies alone are no fault
  CHECK(diagnose_training(c).empty());
  for (auto& [x, y] : c.data["Disc_Agent_Acc"]) y = 0.5;
  for (auto& [x, y] : c.data["Disc_Demo_Acc"]) y = 0.5;
  CHECK(diagnose_training(c)[0].find("sees no difference") != std::string::npos);
}
