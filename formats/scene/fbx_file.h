#pragma once
// FBX as a tree of records, the same out of the binary and the text form.
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "formats/format.h"

namespace motus::formats::fbx {

/// One value of a record: whole numbers and truth values, numbers, text, arrays.
using Value = std::variant<int64_t, double, std::string, std::vector<int64_t>, std::vector<double>>;

struct Record {
  std::string name;
  std::vector<Value> values;
  std::vector<Record> children;

  /// The first child of that name, or null.
  const Record* find(std::string_view child) const;
  /// Value i as a whole number, a number, text; the fallback where it is none.
  int64_t integer(size_t i, int64_t fallback = 0) const;
  double number(size_t i, double fallback = 0) const;
  std::string text(size_t i) const;
  /// Value 0 as a list of numbers or whole numbers, whatever kind of number it was written as.
  std::vector<double> numbers() const;
  std::vector<int64_t> integers() const;
};

/// The root record, nameless. Throws Error(bad_input) with the byte or line.
Record parse(Bytes bytes);
Record parse_binary(Bytes bytes);
Record parse_text(std::string_view text);

/// True if the bytes begin as a binary FBX.
bool is_binary(Bytes bytes);

inline constexpr int kMostDepth = 64;

/// Adds n to a count of records or values read so far: damaged and hostile files end here instead
/// of in memory. Throws Error(bad_input).
void count_against_limit(size_t& count, size_t n);

}  // namespace motus::formats::fbx
