#pragma once
// Little helpers for readers: bounds-checked access that fails with the byte's offset.
#include <cstring>
#include <string_view>
#include <type_traits>

#include "formats/format.h"
#include "motion/error.h"

namespace motus::formats {

/// The bytes as text; no copy.
std::string_view as_text(Bytes bytes);

/// True if the bytes begin with `magic`.
bool starts_with(Bytes bytes, std::string_view magic);

/// Asks for large pages behind a large array that is about to be filled: most of the time that a
/// fresh one costs is its page faults. Does nothing for small ones.
void use_huge_pages(void* data, size_t bytes);

/// A cursor over bytes (little-endian). Reading past the end throws Error(bad_input) with the
/// offset.
class ByteReader {
 public:
  explicit ByteReader(Bytes bytes, size_t offset = 0) : bytes_(bytes), at_(offset) {}
  size_t offset() const { return at_; }
  size_t remaining() const { return bytes_.size() - at_; }
  bool done() const { return at_ >= bytes_.size(); }
  /// All that is left; stays where it is.
  Bytes rest() const { return bytes_.subspan(at_); }
  /// The next n bytes.
  Bytes take(size_t n) {
    require(n <= remaining(), Kind::bad_input, "byte {}: expected {} more bytes, found {}", at_, n,
            remaining());
    const Bytes out = bytes_.subspan(at_, n);
    at_ += n;
    return out;
  }
  template <typename T>
  T read() {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
    return value;
  }

 private:
  Bytes bytes_;
  size_t at_;
};

}  // namespace motus::formats
