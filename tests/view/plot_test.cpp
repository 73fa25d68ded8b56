// Plots: round ticks, gaps, bands and bars, as text.
#include <cmath>

#include "tests/catch.h"
#include "view/plot.h"

using namespace motus::view;

namespace {

size_t count(const std::string& text, const std::string& part) {
  size_t n = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

}  // namespace

TEST_CASE("ticks are round numbers around the data") {
  const std::string s = line_plot("a<b", "x", {{.x = {0, 9.7}, .y = {0.013, 0.0442}}});
  CHECK(s.find("a&lt;b") != std::string::npos);
  for (const char* tick : {">0.01<", ">0.02<", ">0.05<", ">10<", ">2<"}) {
    INFO(tick);
    CHECK(s.find(tick) != std::string::npos);
  }
  CHECK(count(s, "class=\"line\"") == 1);
  CHECK(count(s, "class=\"band\"") == 0);
}

TEST_CASE("numbers that are none leave a gap") {
  const std::string s =
      line_plot("", "", {{.x = {0, 1, 2, 3, 4}, .y = {1, 2, std::nan(""), 3, 4}}});
  const size_t at = s.find("class=\"line\" d=\"");
  const std::string path = s.substr(at, s.find('"', at + 16) - at);
  CHECK(count(path, "M") == 2);
  CHECK(count(path, "L") == 2);
  CHECK(s.find("nan") == std::string::npos);
}

TEST_CASE("constant and empty data make a picture all the same") {
  CHECK(line_plot("t", "", {{.x = {1, 2}, .y = {5, 5}}}).find("nan") == std::string::npos);
  CHECK(line_plot("t", "", {}).find("</svg>") != std::string::npos);
  CHECK(histogram_plot("t", {}).find("</svg>") != std::string::npos);
  CHECK(histogram_plot("t", {{.values = {2, 2, 2}}}).find("nan") == std::string::npos);
}

TEST_CASE("a band reaches from the least to the most") {
  const std::string s =
      line_plot("", "", {{.x = {0, 1}, .y = {1, 2}, .low = {0, 1}, .high = {2, 3}}});
  CHECK(count(s, "class=\"band\"") == 1);
}

TEST_CASE("feet on the floor are bars") {
  const std::string s = bar_plot(
      "gait", {{.label = "left", .on = {1, 1, 0, 0, 1}}, {.label = "right", .on = {0, 0, 0, 0, 0}}},
      5);
  CHECK(count(s, "<rect") == 2);
  CHECK(s.find(">1 s<") != std::string::npos);
}
