#include "formats/pickle/pickle_value.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "formats/numpy/arrays.h"
#include "motion/error.h"

namespace motus::formats {

namespace {

constexpr Kind kBad = Kind::bad_input;

/// The number a value stands for, if it is one.
std::optional<double> number_of(const Value& v) {
  switch (v.kind()) {
    case ValueKind::boolean:
    case ValueKind::integer:
      return static_cast<double>(v.raw_integer());
    case ValueKind::real:
      return v.raw_real();
    case ValueKind::array: {
      const NdArray& a = v.raw_array();
      if (a.objects || !a.built || a.array.size() != 1 || !is_numeric(a.array)) return {};
      return to_doubles(a.array)[0];
    }
    default:
      return {};
  }
}

/// Appends the reals and integers that `items` begins with, and returns how many those are.
size_t add_numbers(std::span<const Value> items, std::vector<std::byte>& out) {
  const auto other = std::find_if_not(items.begin(), items.end(), [](const Value& v) {
    return v.is(ValueKind::real) || v.is(ValueKind::integer);
  });
  const auto n = static_cast<size_t>(other - items.begin());
  const size_t before = out.size();
  out.resize(before + n * sizeof(double));
  std::byte* to = out.data() + before;
  for (const Value& v : items.first(n)) {
    const double x = v.is(ValueKind::real) ? v.raw_real() : static_cast<double>(v.raw_integer());
    std::memcpy(to, &x, sizeof(double));
    to += sizeof(double);
  }
  return n;
}

/// Appends the numbers of nested lists; every list at one depth must be as long as the first.
void flatten(const Value& v, const std::string& what, size_t depth, std::vector<int64_t>& shape,
             std::vector<std::byte>& out) {
  const auto add = [&](std::span<const double> numbers) {
    const auto bytes = std::as_bytes(numbers);
    out.insert(out.end(), bytes.begin(), bytes.end());
  };
  if (!v.is_sequence() && !(v.is(ValueKind::array) && v.raw_array().array.shape.size() > 0)) {
    const std::optional<double> n = number_of(v);
    require(n.has_value(), kBad, "{}: found {} where a number belongs", what, kind_text(v.kind()));
    require(depth == shape.size(), kBad, "{}: lists of unequal depth", what);
    add({&*n, 1});
    return;
  }
  require(depth < 8, kBad, "{}: lists nested too deep", what);
  if (!v.is_sequence()) {  // a list of one-dimensional arrays
    require(!v.raw_array().objects && v.raw_array().array.shape.size() == 1, kBad,
            "{}: arrays within lists", what);
  }
  const auto length =
      v.is_sequence() ? static_cast<int64_t>(v.raw_sequence().size()) : v.raw_array().array.size();
  if (depth == shape.size()) {
    // only the first list at a depth decides: later ones, and numbers beside lists, are compared
    require(out.empty(), kBad, "{}: lists of unequal depth", what);
    shape.push_back(length);
  }
  require(shape[depth] == length, kBad, "{}: a row of {} numbers among rows of {}", what, length,
          shape[depth]);
  // said anew for each item: the first may be a list, and so open a depth of its own
  const auto leaves = [&] { return depth + 1 == shape.size(); };
  if (!v.is_sequence()) {
    require(leaves() || length == 0, kBad, "{}: lists of unequal depth", what);
    return add(to_doubles(v.raw_array().array));
  }
  if (leaves() && !v.raw_sequence().reals.empty()) return add(v.raw_sequence().reals);
  const List& items = v.raw_list();
  for (size_t i = 0; i < items.size();) {
    const size_t before = i;
    if (leaves()) i += add_numbers(std::span(items).subspan(i), out);
    if (i == before) flatten(items[i++], what, depth + 1, shape, out);
  }
}

/// Numbers in a list or in lists within it, so that no room is taken for more.
size_t count_numbers(const List& rows) {
  size_t n = 0;
  for (const Value& row : rows) n += row.is_sequence() ? row.raw_sequence().size() : 1;
  return n;
}

}  // namespace

void Sequence::expand() {
  items.reserve(reals.size());
  for (size_t i = 0; i < reals.size(); ++i) {
    const bool whole = i < kMostMixed && wholes[i];
    items.push_back(whole ? Value::integer(static_cast<int64_t>(reals[i])) : Value::real(reals[i]));
  }
  std::vector<double>().swap(reals);
}

void Sequence::append(std::span<const Value> values) {
  const auto real = [](const Value& v) { return v.is(ValueKind::real); };
  if (!items.empty() || !std::all_of(values.begin(), values.end(), real)) {
    if (!reals.empty()) expand();
    items.insert(items.end(), values.begin(), values.end());
    return;
  }
  const size_t before = reals.size();
  reals.resize(before + values.size());
  std::transform(values.begin(), values.end(), reals.begin() + static_cast<ptrdiff_t>(before),
                 [](const Value& v) { return v.raw_real(); });
}

std::string kind_text(ValueKind kind) {
  switch (kind) {
    case ValueKind::none:
      return "None";
    case ValueKind::boolean:
      return "a truth value";
    case ValueKind::integer:
    case ValueKind::big:
      return "an integer";
    case ValueKind::real:
      return "a number";
    case ValueKind::text:
      return "text";
    case ValueKind::bytes:
      return "bytes";
    case ValueKind::list:
      return "a list";
    case ValueKind::tuple:
      return "a tuple";
    case ValueKind::dict:
      return "a dict";
    case ValueKind::array:
      return "an array";
    case ValueKind::global:
      return "a name";
    case ValueKind::dtype:
      return "a dtype";
    case ValueKind::storage:
      return "a torch storage";
  }
  return "nothing";
}

double Value::number(const std::string& what) const {
  const std::optional<double> n = number_of(*this);
  require(n.has_value(), kBad, "{} is {}, expected a number", what, kind_text(kind_));
  return *n;
}

int64_t Value::whole(const std::string& what) const {
  const double n = number(what);
  const auto i = n > -1e15 && n < 1e15 ? static_cast<int64_t>(n) : 0;
  require(static_cast<double>(i) == n, kBad, "{} is {}, expected an integer", what, n);
  return i;
}

std::string Value::string(const std::string& what) const {
  if (is(ValueKind::text) || is(ValueKind::bytes)) return raw_string();
  if (is(ValueKind::array) && !raw_array().objects && raw_array().array.size() == 1) {
    return to_strings(raw_array().array, what)[0];
  }
  throw_error(kBad, "{} is {}, expected text", what, kind_text(kind_));
}

const List& Value::items(const std::string& what) const {
  if (is(ValueKind::array) && raw_array().objects) return raw_array().items;
  require(is_sequence(), kBad, "{} is {}, expected a list", what, kind_text(kind_));
  return raw_list();
}

const Value* Value::find(std::string_view key) const {
  if (!is(ValueKind::dict)) return nullptr;
  const auto& entries = raw_dict().entries;
  for (auto it = entries.rbegin(); it != entries.rend(); ++it) {
    const Value& k = it->first;
    const bool text = k.is(ValueKind::text) || k.is(ValueKind::bytes);
    if (text && k.raw_string() == key) return &it->second;
  }
  return nullptr;
}

const Value& Value::at(std::string_view key, const std::string& what) const {
  require(is(ValueKind::dict), kBad, "{} is {}, expected a dict", what, kind_text(kind_));
  const Value* v = find(key);
  if (v) return *v;
  std::string keys;
  for (const auto& [k, unused] : raw_dict().entries) {
    if (k.is(ValueKind::text) && keys.size() < 200)
      keys += (keys.empty() ? "" : ", ") + k.raw_string();
  }
  throw_error(kBad, "{} has no '{}'; it has: {}", what, key, keys);
}

Array numeric_array(const Value& value, const std::string& what) {
  if (value.is(ValueKind::array) && !value.raw_array().objects) {
    const Array& a = value.raw_array().array;
    require(value.raw_array().built && is_numeric(a), kBad, "{} has dtype '{}', expected numbers",
            what, a.descr);
    return a;
  }
  std::vector<int64_t> shape;
  std::vector<std::byte> numbers;
  if (value.is(ValueKind::array)) {  // an object array of rows
    require(value.raw_array().array.shape.size() == 1, kBad, "{}: objects in {} axes", what,
            value.raw_array().array.shape.size());
    shape.push_back(static_cast<int64_t>(value.raw_array().items.size()));
    for (const Value& row : value.raw_array().items) flatten(row, what, 1, shape, numbers);
  } else {
    require(value.is_sequence(), kBad, "{} is {}, expected numbers", what, kind_text(value.kind()));
    numbers.reserve(sizeof(double) * (value.raw_sequence().reals.empty()
                                          ? count_numbers(value.raw_list())
                                          : value.raw_sequence().size()));
    flatten(value, what, 0, shape, numbers);
  }
  Array out{"<f8", std::move(shape), std::move(numbers)};
  require(
      out.size() * static_cast<int64_t>(sizeof(double)) == static_cast<int64_t>(out.data.size()),
      kBad, "{}: lists of unequal depth", what);
  return out;
}

}  // namespace motus::formats
