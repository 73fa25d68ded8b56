#include "formats/scene/fbx_file.h"

#include <algorithm>
#include <cmath>

#include "formats/bytes.h"
#include "motion/error.h"

namespace motus::formats::fbx {

const Record* Record::find(std::string_view child) const {
  for (const Record& c : children) {
    if (c.name == child) return &c;
  }
  return nullptr;
}

int64_t Record::integer(size_t i, int64_t fallback) const {
  if (i >= values.size()) return fallback;
  if (const auto* v = std::get_if<int64_t>(&values[i])) return *v;
  const auto* d = std::get_if<double>(&values[i]);
  return d && std::abs(*d) < 9e18 ? static_cast<int64_t>(*d) : fallback;
}

double Record::number(size_t i, double fallback) const {
  if (i >= values.size()) return fallback;
  if (const auto* v = std::get_if<double>(&values[i])) return *v;
  const auto* n = std::get_if<int64_t>(&values[i]);
  return n ? static_cast<double>(*n) : fallback;
}

std::string Record::text(size_t i) const {
  const auto* v = i < values.size() ? std::get_if<std::string>(&values[i]) : nullptr;
  return v ? *v : "";
}

std::vector<double> Record::numbers() const {
  if (values.empty()) return {};
  if (const auto* v = std::get_if<std::vector<double>>(&values[0])) return *v;
  const auto* n = std::get_if<std::vector<int64_t>>(&values[0]);
  return n ? std::vector<double>(n->begin(), n->end()) : std::vector<double>{};
}

std::vector<int64_t> Record::integers() const {
  if (values.empty()) return {};
  if (const auto* v = std::get_if<std::vector<int64_t>>(&values[0])) return *v;
  std::vector<int64_t> out;
  for (const double d : numbers()) out.push_back(std::abs(d) < 9e18 ? static_cast<int64_t>(d) : 0);
  return out;
}

bool is_binary(Bytes bytes) {
  return starts_with(bytes, "Kaydara FBX Binary");
}

void count_against_limit(size_t& count, size_t n) {
  constexpr size_t kMost = 100'000'000;
  count += std::min(n, kMost + 1);
  require(count <= kMost, Kind::bad_input, "holds more than {} values", kMost);
}

Record parse(Bytes bytes) {
  return is_binary(bytes) ? parse_binary(bytes) : parse_text(as_text(bytes));
}

}  // namespace motus::formats::fbx
