// The parts of the learner that hold no network: sums, buffers, files.
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "learn/archive.h"
#include "learn/event_file.h"
#include "learn/log_file.h"
#include "learn/normalizer.h"
#include "learn/replay.h"
#include "learn/returns.h"
#include "learn/rng.h"
#include "motion/error.h"
#include "tests/catch.h"
#include "tests/learn/folders.h"

using namespace motus;
using namespace motus::learn;

namespace {

std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream s;
  s << in.rdbuf();
  return s.str();
}

}  // namespace

TEST_CASE("returns of MimicKit's worked example") {
  const std::vector<float> reward{1, 2, 3, 4}, next{10, 20, 30, 40};
  const std::vector<uint8_t> done{0, 1, 0, 0};
  std::vector<float> out(4);
  td_lambda(4, 1, 0.99, 0.95, reward, next, done, out);
  CHECK(out[0] == Approx(21.9979));
  CHECK(out[1] == Approx(21.8));
  CHECK(out[2] == Approx(45.4908));
  CHECK(out[3] == Approx(43.6));
}

TEST_CASE("advantages have mean 0 and deviation 1 over the sampled steps, and are clipped") {
  const std::vector<float> returns{1, 2, 3, 100}, value{0, 0, 0, 0};
  const std::vector<uint8_t> use{1, 1, 1, 0};
  std::vector<float> out(4);
  const AdvantageStats s = advantages(returns, value, use, true, 4, out);
  CHECK(s.mean == Approx(2));
  CHECK(s.std == Approx(1));
  CHECK(out == std::vector<float>{-1, 0, 1, 4});
}

TEST_CASE("a normaliser weighs what it has seen by count") {
  Normalizer n(2);
  std::vector<float> y(2);
  n.apply(std::vector<float>{3, 400}, y);
  CHECK(y == std::vector<float>{3, 10});
  n.record(std::vector<float>{1, 5, 3, 5});
  n.apply(std::vector<float>{3, -4}, y);
  CHECK(y == std::vector<float>{3, -4});  // nothing happens before update()
  n.update();
  n.record(std::vector<float>{8, 5});
  n.update();
  CHECK(n.count() == 3);
  CHECK(n.mean()[0] == Approx(4));
  CHECK(n.std()[0] == Approx(std::sqrt((1 + 9 + 64) / 3.0 - 16)));
  CHECK(n.std()[1] == Approx(1e-4));  // the floor of the variance is 1e-8
  n.apply(std::vector<float>{4, 5}, y);
  CHECK(y[0] == Approx(0).margin(1e-6));
}

TEST_CASE("a replay ring keeps everything until it is full, then a few rows at a time") {
  Rng rng(1);
  Replay r(4, 1);
  CHECK_THROWS_AS(r.push(std::vector<float>{1, 2, 3, 4, 5}, 1, -1, rng), Error);
  r.push(std::vector<float>{1, 2, 3}, 1, -1, rng);
  CHECK(r.size() == 3);
  r.push(std::vector<float>{4, 5, 6}, 1, -1, rng);  // not full yet: all of them, two overwrite
  CHECK(r.size() == 4);
  const auto held = [&] {
    std::vector<float> v;
    for (int64_t i = 0; i < r.size(); ++i) v.push_back(r.row(i)[0]);
    return v;
  };
  const std::vector<float> before = held();
  r.push(std::vector<float>{7, 8, 9}, 1, -1, rng);
  int changed = 0;
  for (size_t i = 0; i < 4; ++i) changed += before[i] != held()[i] ? 1 : 0;
  CHECK(changed == 1);
  // a deck: the capacity's worth of draws shows each row once
  std::vector<float> drawn(4), all = held();
  r.sample(drawn, false, rng);
  std::sort(drawn.begin(), drawn.end());
  std::sort(all.begin(), all.end());
  CHECK(drawn == all);
}

TEST_CASE("an archive comes back bit by bit, and a damaged one is refused") {
  Archive a;
  a.words["robot"] = "go2";
  a.put<float>("w", std::vector<float>{1, 2, 3, 4, 5, 6}, {2, 3});
  a.put<int64_t>("n", std::vector<int64_t>{-1});
  const std::vector<std::byte> bytes = a.bytes();
  const Archive b = Archive::parse(bytes, "x");
  CHECK(b.bytes() == bytes);
  CHECK(b.word("robot") == "go2");
  CHECK(b.get<float>("w").size() == 6);
  std::vector<float> wrong(5);
  CHECK_THROWS_WITH(b.get<float>("w", wrong), Catch::Contains("has 6 numbers, expected 5"));
  CHECK_THROWS_WITH(b.get<double>("w"), Catch::Contains("'w' is F32, expected F64"));
  CHECK_THROWS_AS(b.get<float>("v"), Error);
  for (const size_t length : {size_t{0}, size_t{7}, size_t{20}, bytes.size() - 1}) {
    CHECK_THROWS_AS(Archive::parse(std::span(bytes).first(length), "x"), Error);
  }
}

TEST_CASE("the log is MimicKit's: cells of 25, rows that end with a carriage return") {
  const auto folder = fresh_folder("log");
  LogFile log(folder / "log.txt");
  log.write({{"Iteration", int64_t{0}}, {"Wall_Time", 0.5}});
  log.write({{"Iteration", int64_t{100}}, {"Wall_Time", 0.1 + 0.2}});
  const std::string text = content(folder / "log.txt");
  CHECK(text ==
        "Iteration                Wall_Time                \r"
        "0                        0.5                      \r"
        "100                      0.30000000000000004      \r");
  CHECK_THROWS_AS(log.write({{"Iteration", int64_t{0}}, {"Loss", 0.5}}), Error);
  CHECK_THROWS_AS(log.write({{"Iteration", int64_t{0}}}), Error);
  // what came after the checkpoint goes away
  LogFile again(folder / "log.txt");
  CHECK(again.resume(50) == 0.5);
  again.write({{"Iteration", int64_t{60}}, {"Wall_Time", 1.0}});
  CHECK(content(folder / "log.txt").find("100") == std::string::npos);
}

TEST_CASE("JSON lines: an object a row, null for what is no number") {
  const auto folder = fresh_folder("jsonl");
  const std::filesystem::path file = folder / "log.jsonl";
  JsonLog log(file);
  log.write({{"Iteration", int64_t{0}}, {"Loss", 0.5}});
  log.write({{"Iteration", int64_t{50}}, {"Loss", std::nan("")}});
  const std::string first = "{\"Iteration\": 0, \"Loss\": 0.5}\n";
  CHECK(content(file) == first + "{\"Iteration\": 50, \"Loss\": null}\n");
  // what came after the checkpoint goes away, and so does a line that was cut
  JsonLog again(file);
  again.resume(49);
  again.write({{"Iteration", int64_t{40}}, {"Loss", 1.0}});
  CHECK(content(file) == first + "{\"Iteration\": 40, \"Loss\": 1}\n");
  std::ofstream(file, std::ios::binary | std::ios::app) << "{\"Iteration\": 1";
  JsonLog cut(file);
  cut.resume(49);
  cut.write({{"Iteration", int64_t{45}}});
  CHECK(content(file) == first + "{\"Iteration\": 40, \"Loss\": 1}\n{\"Iteration\": 45}\n");
}

TEST_CASE("TensorBoard histograms count every value once") {
  const auto folder = fresh_folder("histogram");
  {
    EventFile events(folder);
    events.write(7, "Scores/style_reward", std::vector<float>{1, 2, 2, 4});
    events.write(8, "Scores/none", std::vector<float>{});
  }
  const auto number = [](double v) { return std::string(reinterpret_cast<char*>(&v), 8); };
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string all = content(entry.path());
    CHECK(all.find("Scores/none") == std::string::npos);
    // min 1, max 4, number 4, sum 9, squares 25, each behind its field's tag
    CHECK(all.find("\x09" + number(1) + "\x11" + number(4) + "\x19" + number(4) + "\x21" +
                   number(9) + "\x29" + number(25)) != std::string::npos);
    // 30 limits, the last the largest value, then as many counts: one in the first bucket, one in the last
    const size_t counts = all.find(std::string("\x3a\xf0\x01"));
    REQUIRE(counts != std::string::npos);
    const auto at = [&](size_t i) {
      double v = 0;
      std::memcpy(&v, all.data() + counts + 3 + 8 * i, 8);
      return v;
    };
    double sum = 0;
    for (size_t i = 0; i < 30; ++i) sum += at(i);
    CHECK(sum == 4);
    CHECK(at(0) == 1);
    CHECK(at(29) == 1);
    CHECK(at(10) == 2);  // buckets are 0.1 wide
  }
}

TEST_CASE("TensorBoard records carry masked CRC-32C") {
  CHECK(crc32c("123456789") == 0xE3069283U);
  CHECK(crc32c(std::string(32, '\0')) == 0x8A9136AAU);  // RFC 3720
  CHECK(masked_crc32c("123456789") == (((0xE3069283U >> 15) | (0xE3069283U << 17)) + 0xA282EAD8U));
  const std::string frame = EventFile::frame("abc");
  CHECK(frame.size() == 8 + 4 + 3 + 4);
  CHECK(frame.substr(0, 8) == std::string("\3\0\0\0\0\0\0\0", 8));
  const auto folder = fresh_folder("events");
  {
    EventFile events(folder);
    events.write(1024, {{"0_Main/Test_Return", 1.5}});
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string all = content(entry.path());
    CHECK(all.find("brain.Event:2") != std::string::npos);
    CHECK(all.find("0_Main/Test_Return") != std::string::npos);
  }
}

TEST_CASE("normal numbers are normal") {
  Rng rng(7);
  std::vector<float> x(20001);
  rng.normal(x);
  double sum = 0, square = 0;
  for (const float v : x) sum += v, square += v * v;
  CHECK(sum / 20001 == Approx(0).margin(0.03));
  CHECK(square / 20001 == Approx(1).margin(0.04));
}
