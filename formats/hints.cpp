#include "formats/hints.h"

#include <fmt/format.h>

#include <array>

namespace motus::formats {

namespace {

struct Row {
  const char* flag;
  const char* settles;
  Hint ReadOptions::* hint;
};

constexpr std::array kRows = {
    Row{"--skeleton", "its skeleton", &ReadOptions::skeleton},
    Row{"--up-axis", "its up axis", &ReadOptions::up_axis},
    Row{"--units", "its unit of length", &ReadOptions::units},
    Row{"--quat-order", "the order of its quaternions", &ReadOptions::quat_order},
    Row{"--kind", "what it holds", &ReadOptions::kind},
};

std::byte bit(size_t row) {
  return std::byte{1} << row;
}

}  // namespace

std::vector<std::string> ignored_hints(const ReadOptions& options, std::string_view format) {
  std::vector<std::string> out;
  for (const Row& row : kRows) {
    const Hint& hint = options.*row.hint;
    if (!hint.ignored()) continue;
    out.push_back(fmt::format("{} {} has no effect: a file of this kind ({}) settles {} itself",
                              row.flag, hint.unheeded(), format, row.settles));
  }
  return out;
}

std::byte heeded(const ReadOptions& options) {
  std::byte out{};
  for (size_t i = 0; i < kRows.size(); ++i) {
    if ((options.*kRows[i].hint).heeded()) out |= bit(i);
  }
  return out;
}

void heed(const ReadOptions& options, std::byte which) {
  for (size_t i = 0; i < kRows.size(); ++i) {
    if ((which & bit(i)) != std::byte{}) (options.*kRows[i].hint).heed();
  }
}

}  // namespace motus::formats
