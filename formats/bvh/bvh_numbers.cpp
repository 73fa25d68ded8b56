// The inner loop of reading BVH: most of a file is millions of short decimal numbers.
#include <array>
#include <charconv>
#include <cstdint>

#include "formats/bvh/bvh_file.h"

namespace motus::formats::bvh {

namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

/// Powers of ten that a double holds exactly.
constexpr std::array kPowers = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/// One number at `at`, which is not white space; null if there is none. A mantissa below 2^53 over
/// an exact power of ten is correctly rounded by one division (Clinger 1990); anything longer, and
/// exponents, go to std::from_chars.
const char* parse_one(const char* at, const char* end, double& out) {
  const char* p = at;
  const bool negative = *p == '-';
  if (negative || *p == '+') ++p;
  uint64_t mantissa = 0;
  const char* const digits = p;
  unsigned d = 0;
  while (p < end && (d = static_cast<unsigned>(*p - '0')) < 10) {
    mantissa = 10 * mantissa + d;
    ++p;
  }
  const char* point = p;
  int count = static_cast<int>(p - digits);
  int decimals = 0;
  if (p < end && *p == '.') {
    ++p;
    while (p < end && (d = static_cast<unsigned>(*p - '0')) < 10) {
      mantissa = 10 * mantissa + d;
      ++p;
    }
    decimals = static_cast<int>(p - point - 1);
    count += decimals;
  }
  const bool plain = p == end || is_space(*p);
  if (plain && count > 0 && count <= 19 && mantissa < (uint64_t{1} << 53) && decimals <= 22) {
    const double x = static_cast<double>(mantissa) / kPowers[static_cast<size_t>(decimals)];
    out = negative ? -x : x;
    return p;
  }
  const char* start = *at == '+' ? at + 1 : at;
  if (*at == '+' && start < end && *start == '-') return nullptr;
  const auto [stop, error] = std::from_chars(start, end, out);
  if (error != std::errc{} || (stop < end && !is_space(*stop))) return nullptr;
  return stop;
}

}  // namespace

const char* parse_numbers(const char* at, const char* end, double*& out, const double* out_end) {
  while (out < out_end) {
    while (at < end && is_space(*at)) ++at;
    if (at == end) break;
    const char* next = parse_one(at, end, *out);
    if (!next) break;
    at = next;
    ++out;
  }
  return at;
}

}  // namespace motus::formats::bvh
