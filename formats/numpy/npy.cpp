#include "formats/numpy/npy.h"

#include <charconv>
#include <set>

#include "formats/bytes.h"
#include "formats/numpy/arrays.h"

namespace motus::formats {

namespace {

constexpr Kind kBad = Kind::bad_input;
constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kMaxHeader = 1 << 16;  // NumPy's own readers refuse more than 10 000

/// Reads {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }: a dict of text, True/False
/// and tuples of integers, nothing else.
class LiteralParser {
 public:
  explicit LiteralParser(std::string_view text) : text_(text) {}

  NpyHeader header() {
    NpyHeader out;
    std::set<std::string> seen;
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      require(seen.insert(key).second, kBad, "npy header names '{}' twice", key);
      expect(':');
      if (key == "descr") {
        out.descr = quoted();
      } else if (key == "fortran_order") {
        out.fortran_order = boolean();
      } else if (key == "shape") {
        out.shape = tuple();
      } else {
        throw_error(kBad, "npy header has an unknown key '{}'", key.substr(0, 40));
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip();
    require(at_ == text_.size(), kBad, "npy header has text after its dict");
    require(seen.size() == 3, kBad, "npy header lacks one of descr, fortran_order, shape");
    return out;
  }

 private:
  void skip() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string::npos)
      ++at_;
  }
  bool accept(char c) {
    skip();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    require(accept(c), kBad, "npy header, character {}: expected '{}'", at_, c);
  }
  std::string quoted() {
    skip();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    require(quote == '\'' || quote == '"', kBad,
            "npy header, character {}: expected text in quotes (structured dtypes are not read)",
            at_);
    const size_t end = text_.find(quote, at_ + 1);
    require(end != std::string_view::npos, kBad, "npy header, character {}: quote without end",
            at_);
    std::string out(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return out;
  }
  bool boolean() {
    skip();
    for (const std::string_view word : {"True", "False"}) {
      if (text_.substr(at_, word.size()) == word) {
        at_ += word.size();
        return word == "True";
      }
    }
    throw_error(kBad, "npy header, character {}: expected True or False", at_);
  }
  std::vector<int64_t> tuple() {
    std::vector<int64_t> out;
    expect('(');
    while (!accept(')')) {
      skip();
      int64_t value = 0;
      const char* end = text_.data() + text_.size();
      const auto [p, error] = std::from_chars(text_.data() + at_, end, value);
      require(error == std::errc(), kBad, "npy header, character {}: expected a length", at_);
      at_ = static_cast<size_t>(p - text_.data());
      accept('L');  // Python 2 wrote long integers so
      out.push_back(value);
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return out;
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

NpyHeader read_npy_header(Bytes bytes, size_t file_size) {
  require(starts_with(bytes, kMagic), kBad, "byte 0: not an npy file");
  ByteReader in(bytes, kMagic.size());
  const int major = in.read<uint8_t>();
  in.read<uint8_t>();
  require(major >= 1 && major <= 3, kBad, "npy version {} is not known", major);
  const size_t length = major == 1 ? in.read<uint16_t>() : in.read<uint32_t>();
  require(length <= kMaxHeader, kBad, "npy header of {} bytes", length);
  NpyHeader out = LiteralParser(as_text(in.take(length))).header();
  out.data = in.offset();
  if (out.descr != "|O") {
    byte_count(out.shape, item_size(out.descr),
               static_cast<int64_t>(file_size ? file_size : bytes.size()));
  }
  return out;
}

Array read_npy(Bytes bytes) {
  const NpyHeader header = read_npy_header(bytes);
  require(header.descr != "|O", kBad, "an array of Python objects, expected numbers or text");
  const Bytes data = bytes.subspan(header.data);
  std::vector<std::byte> own;
  own.reserve(data.size());
  use_huge_pages(own.data(), own.capacity());
  own.assign(data.begin(), data.end());
  return make_array(header.descr, header.shape, header.fortran_order, std::move(own));
}

std::vector<std::byte> write_npy_header(const NpyHeader& header) {
  std::string text =
      fmt::format("{{'descr': '{}', 'fortran_order': {}, 'shape': {}, }}", header.descr,
                  header.fortran_order ? "True" : "False", shape_text(header.shape));
  const bool wide = text.size() > 65000;
  const size_t prefix = kMagic.size() + 2 + (wide ? 4 : 2);
  while ((prefix + text.size() + 1) % 64 != 0) text += ' ';
  text += '\n';
  std::string out(kMagic);
  out += wide ? '\2' : '\1';
  out += '\0';
  for (size_t i = 0; i < (wide ? 4u : 2u); ++i) {
    out += static_cast<char>((text.size() >> (8 * i)) & 255);
  }
  out += text;
  const auto* p = reinterpret_cast<const std::byte*>(out.data());
  return {p, p + out.size()};
}

std::vector<std::byte> write_npy(const Array& array) {
  std::vector<std::byte> out =
      write_npy_header({.descr = array.descr, .fortran_order = false, .shape = array.shape});
  out.insert(out.end(), array.data.begin(), array.data.end());
  return out;
}

}  // namespace motus::formats
