#include "formats/text_codec.h"

#include <charconv>

#include "motion/error.h"

namespace motus::formats {

namespace {

constexpr Kind kBad = Kind::bad_input;

/// `n` hex digits of s from `at`.
uint32_t hex(const std::string& s, size_t at, size_t n) {
  uint32_t v = 0;
  require(at + n <= s.size(), kBad, "text ends within an escape");
  const auto [p, error] = std::from_chars(s.data() + at, s.data() + at + n, v, 16);
  require(error == std::errc() && p == s.data() + at + n, kBad, "text with a damaged escape");
  return v;
}

}  // namespace

void append_utf8(std::string& out, uint32_t c) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((c >> shift) & 63)); };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    tail(0);
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    tail(6), tail(0);
  } else {
    out += static_cast<char>(0xF0 | ((c >> 18) & 7));
    tail(12), tail(6), tail(0);
  }
}

bool valid_utf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    const size_t more = c < 0x80                ? 0
                        : c >= 0xC2 && c < 0xE0 ? 1
                        : c >= 0xE0 && c < 0xF0 ? 2
                        : c >= 0xF0 && c < 0xF5 ? 3
                                                : 4;
    if (more == 4 || i + more >= text.size() + (more == 0 ? 1 : 0)) return false;
    for (size_t k = 1; k <= more; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return false;
    }
    i += more + 1;
  }
  return true;
}

std::string latin1_to_utf8(const std::string& raw, bool escapes) {
  std::string out;
  for (size_t i = 0; i < raw.size(); ++i) {
    const bool escape =
        escapes && raw[i] == '\\' && i + 1 < raw.size() && (raw[i + 1] == 'u' || raw[i + 1] == 'U');
    if (!escape) {
      append_utf8(out, static_cast<unsigned char>(raw[i]));
      continue;
    }
    const size_t digits = raw[i + 1] == 'u' ? 4 : 8;
    const uint32_t c = hex(raw, i + 2, digits);
    require(c < 0x110000, kBad, "text with a damaged escape");
    append_utf8(out, c);
    i += 1 + digits;
  }
  return out;
}

std::string utf8_to_latin1(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      out += text[i];
      continue;
    }
    require((c == 0xC2 || c == 0xC3) && i + 1 < text.size(), kBad,
            "text that should hold bytes has characters beyond Latin-1");
    out += static_cast<char>(((c & 3) << 6) | (static_cast<unsigned char>(text[++i]) & 63));
  }
  return out;
}

std::string unquote_python(const std::string& literal) {
  const size_t n = literal.size();
  require(n >= 2 && literal[0] == literal[n - 1] && (literal[0] == '\'' || literal[0] == '"'), kBad,
          "text without quotes");
  std::string out;
  for (size_t i = 1; i + 1 < n; ++i) {
    if (literal[i] != '\\') {
      out += literal[i];
      continue;
    }
    require(++i + 1 < n, kBad, "text ends within an escape");
    constexpr std::string_view kFrom = "nrtabfv0\\'\"", kTo("\n\r\t\a\b\f\v\0\\'\"", 11);
    if (literal[i] == 'x') {
      out += static_cast<char>(hex(literal, i + 1, 2));
      i += 2;
    } else {
      const size_t k = kFrom.find(literal[i]);
      require(k != kFrom.npos, kBad, "text with an unknown escape");
      out += kTo[k];
    }
  }
  return out;
}

}  // namespace motus::formats
