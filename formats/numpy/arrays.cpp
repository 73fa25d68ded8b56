#include "formats/numpy/arrays.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <span>

#include "formats/text_codec.h"
#include "motion/error.h"

namespace motus::formats {

namespace {

constexpr Kind kBad = Kind::bad_input;

/// The letter of a dtype: "<f4" -> 'f'.
char letter(const std::string& descr) {
  return descr.size() > 1 ? descr[1] : '\0';
}

/// IEEE half to double.
double half(uint16_t h) {
  const int exponent = (h >> 10) & 31, mantissa = h & 1023;
  const double sign = h & 0x8000 ? -1.0 : 1.0;
  if (exponent == 0) return sign * std::ldexp(mantissa, -24);
  if (exponent == 31) return mantissa ? std::nan("") : sign * HUGE_VAL;
  return sign * std::ldexp(mantissa + 1024, exponent - 25);
}

template <typename T>
void convert(const std::vector<std::byte>& from, std::span<double> to) {
  for (size_t i = 0; i < to.size(); ++i) {
    T value;
    std::memcpy(&value, from.data() + i * sizeof(T), sizeof(T));
    to[i] = static_cast<double>(value);
  }
}

/// The elements of a numeric array, as many as it has.
void convert(const Array& array, std::span<double> out) {
  const std::string type = array.descr.substr(1);
  if (type == "f4") {
    convert<float>(array.data, out);
  } else if (type == "f8") {
    convert<double>(array.data, out);
  } else if (type == "f2") {
    convert<uint16_t>(array.data, out);
    for (double& v : out) v = half(static_cast<uint16_t>(v));
  } else if (type == "i8") {
    convert<int64_t>(array.data, out);
  } else if (type == "i4") {
    convert<int32_t>(array.data, out);
  } else if (type == "i2") {
    convert<int16_t>(array.data, out);
  } else if (type == "i1") {
    convert<int8_t>(array.data, out);
  } else if (type == "u8") {
    convert<uint64_t>(array.data, out);
  } else if (type == "u4") {
    convert<uint32_t>(array.data, out);
  } else if (type == "u2") {
    convert<uint16_t>(array.data, out);
  } else {  // u1 and b1
    convert<uint8_t>(array.data, out);
  }
}

std::vector<uint32_t> code_points(const std::string& s) {
  std::vector<uint32_t> out;
  for (size_t i = 0; i < s.size();) {
    const auto c = static_cast<unsigned char>(s[i]);
    const int more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : c >= 0xC0 ? 1 : 0;
    uint32_t v = more == 3 ? c & 7u : more == 2 ? c & 15u : more == 1 ? c & 31u : c;
    ++i;
    for (int k = 0; k < more && i < s.size(); ++k, ++i) {
      v = (v << 6) | (static_cast<unsigned char>(s[i]) & 63u);
    }
    out.push_back(v);
  }
  return out;
}

/// Reverses each unit of `unit` bytes.
void swap_bytes(std::vector<std::byte>& data, size_t unit) {
  for (size_t i = 0; i + unit <= data.size(); i += unit) {
    std::reverse(data.begin() + static_cast<ptrdiff_t>(i),
                 data.begin() + static_cast<ptrdiff_t>(i + unit));
  }
}

/// Column-major data to row-major.
std::vector<std::byte> to_c_order(const std::vector<std::byte>& data,
                                  const std::vector<int64_t>& shape, size_t item) {
  std::vector<std::byte> out(data.size());
  std::vector<int64_t> index(shape.size(), 0);
  const size_t count = item == 0 ? 0 : data.size() / item;
  for (size_t f = 0; f < count; ++f) {
    size_t c = 0;
    for (size_t k = 0; k < shape.size(); ++k) {
      c = c * static_cast<size_t>(shape[k]) + static_cast<size_t>(index[k]);
    }
    std::memcpy(out.data() + c * item, data.data() + f * item, item);
    for (size_t k = 0; k < shape.size(); ++k) {  // the first axis runs fastest
      if (++index[k] < shape[k]) break;
      index[k] = 0;
    }
  }
  return out;
}

template <typename T>
Array numbers(const Frames& data, std::vector<int64_t> shape, const char* descr) {
  if (shape.empty()) shape = {data.rows(), data.cols()};
  Array out{descr, std::move(shape), {}};
  require(out.size() == data.size(), Kind::failed, "{} numbers do not fill the shape {}",
          data.size(), shape_text(out.shape));
  out.data.resize(static_cast<size_t>(data.size()) * sizeof(T));
  for (Eigen::Index i = 0; i < data.size(); ++i) {
    const T value = static_cast<T>(data.data()[i]);
    std::memcpy(out.data.data() + static_cast<size_t>(i) * sizeof(T), &value, sizeof(T));
  }
  return out;
}

template <typename T>
Array scalar(T value, const char* descr) {
  Array out{descr, {}, std::vector<std::byte>(sizeof(T))};
  std::memcpy(out.data.data(), &value, sizeof(T));
  return out;
}

}  // namespace

int64_t item_size(const std::string& descr) {
  int64_t n = -1;
  const bool order = !descr.empty() && std::string_view("<>|=").find(descr[0]) != std::string::npos;
  if (order && descr.size() > 2) {
    const char* end = descr.data() + descr.size();
    const auto [at, error] = std::from_chars(descr.data() + 2, end, n);
    if (error != std::errc() || at != end) n = -1;
  }
  const char c = letter(descr);
  const bool ok = (c == 'f' && (n == 2 || n == 4 || n == 8)) ||
                  ((c == 'i' || c == 'u') && (n == 1 || n == 2 || n == 4 || n == 8)) ||
                  (c == 'b' && n == 1) || (c == 'U' && n >= 0 && n < (1 << 24)) ||
                  (c == 'S' && n >= 0 && n < (1 << 26));
  require(ok, kBad, "dtype '{}' is not a plain number or text type", descr.substr(0, 40));
  return c == 'U' ? 4 * n : n;
}

int64_t byte_count(const std::vector<int64_t>& shape, int64_t item, int64_t limit) {
  require(shape.size() <= 32, kBad, "an array of {} axes", shape.size());
  int64_t bytes = item;
  for (int64_t d : shape) {
    require(d >= 0, kBad, "shape {} has a negative length", shape_text(shape));
    const bool fits = !__builtin_mul_overflow(bytes, d, &bytes) && bytes <= limit;
    require(fits, kBad, "shape {} with {} bytes an element is larger than the file allows",
            shape_text(shape), item);
  }
  // a zero among the lengths must not hide a product that overflows elsewhere
  for (int64_t d : shape) require(d <= (int64_t{1} << 40), kBad, "a length of {}", d);
  return bytes;
}

Array make_array(const std::string& descr, std::vector<int64_t> shape, bool fortran_order,
                 std::vector<std::byte> data) {
  const int64_t item = item_size(descr);
  const auto have = static_cast<int64_t>(data.size());
  const int64_t need = byte_count(shape, item, int64_t{1} << 40);
  require(need == have, kBad, "shape {} of '{}' needs {} bytes, found {}", shape_text(shape), descr,
          need, have);
  Array out{descr, std::move(shape), std::move(data)};
  const char kind = letter(descr);
  const size_t unit = kind == 'U' ? 4 : kind == 'S' ? 1 : static_cast<size_t>(item);
  if (descr[0] == '>' && unit > 1) swap_bytes(out.data, unit);
  out.descr[0] = unit == 1 ? '|' : '<';
  if (fortran_order && out.shape.size() > 1) {
    out.data = to_c_order(out.data, out.shape, static_cast<size_t>(item));
  }
  return out;
}

std::vector<std::byte> to_fortran_order(const Array& array) {
  // columns first is C order of the axes turned round, and so is the way back
  std::vector<int64_t> turned(array.shape.rbegin(), array.shape.rend());
  return to_c_order(array.data, turned, static_cast<size_t>(item_size(array.descr)));
}

bool is_numeric(const Array& array) {
  const char c = letter(array.descr);
  return c == 'f' || c == 'i' || c == 'u' || c == 'b';
}

std::vector<double> to_doubles(const Array& array) {
  require(is_numeric(array), kBad, "expected numbers, found dtype '{}'", array.descr);
  std::vector<double> out(static_cast<size_t>(array.size()));
  convert(array, out);
  return out;
}

Frames to_frames(const Array& array, const std::string& what) {
  require(!array.shape.empty(), kBad, "{} is a single number, expected one row a frame", what);
  require(is_numeric(array), kBad, "{} has dtype '{}', expected numbers", what, array.descr);
  const int64_t rows = array.shape[0];
  int64_t cols = 1;
  for (size_t k = 1; k < array.shape.size(); ++k) cols *= array.shape[k];
  Frames out(rows, cols);
  convert(array, std::span(out.data(), static_cast<size_t>(out.size())));
  return out;
}

double to_number(const Array& array, const std::string& what) {
  require(array.size() == 1 && is_numeric(array), kBad,
          "{} has shape {} of '{}', expected a number", what, shape_text(array.shape), array.descr);
  return to_doubles(array)[0];
}

std::vector<std::string> to_strings(const Array& array, const std::string& what) {
  const char kind = letter(array.descr);
  require(kind == 'U' || kind == 'S', kBad, "{} has dtype '{}', expected text", what, array.descr);
  const size_t item = static_cast<size_t>(item_size(array.descr));
  std::vector<std::string> out(static_cast<size_t>(array.size()));
  for (size_t i = 0; i < out.size(); ++i) {
    const std::byte* p = array.data.data() + i * item;
    for (size_t k = 0; k < item; k += kind == 'U' ? 4 : 1) {
      uint32_t c = std::to_integer<uint32_t>(p[k]);
      if (kind == 'U') std::memcpy(&c, p + k, 4);
      if (c == 0) break;
      require(c < 0x110000, kBad, "{}: text element {} is not Unicode", what, i);
      append_utf8(out[i], c);
    }
  }
  return out;
}

Array f4_array(const Frames& data, std::vector<int64_t> shape) {
  return numbers<float>(data, std::move(shape), "<f4");
}

Array f8_array(const Frames& data, std::vector<int64_t> shape) {
  return numbers<double>(data, std::move(shape), "<f8");
}

Array scalar_i8(int64_t value) {
  return scalar(value, "<i8");
}

Array scalar_f8(double value) {
  return scalar(value, "<f8");
}

Array string_array(const std::vector<std::string>& strings) {
  size_t longest = 1;
  std::vector<std::vector<uint32_t>> points;
  for (const std::string& s : strings) {
    points.push_back(code_points(s));
    longest = std::max(longest, points.back().size());
  }
  Array out{fmt::format("<U{}", longest), {static_cast<int64_t>(strings.size())}, {}};
  out.data.resize(strings.size() * longest * 4);
  for (size_t i = 0; i < points.size(); ++i) {
    if (points[i].empty()) continue;
    std::memcpy(out.data.data() + i * longest * 4, points[i].data(), points[i].size() * 4);
  }
  return out;
}

std::string shape_text(const std::vector<int64_t>& shape) {
  std::string s = "(";
  for (size_t i = 0; i < shape.size(); ++i) {
    s += fmt::format("{}{}", i ? ", " : "", shape[i]);
  }
  return s + (shape.size() == 1 ? ",)" : ")");
}

}  // namespace motus::formats
