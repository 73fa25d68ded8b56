#pragma once
// Text as NumPy arrays and pickle's older protocols hold it, to UTF-8 and back.
#include <cstdint>
#include <string>
#include <string_view>

namespace motus::formats {

/// Appends the code point `c` (below 0x110000).
void append_utf8(std::string& out, uint32_t c);

bool valid_utf8(std::string_view text);

/// Latin-1 to UTF-8; with `escapes`, \uXXXX and \UXXXXXXXX become what they name (protocol 0).
std::string latin1_to_utf8(const std::string& raw, bool escapes);

/// Back; throws Error(bad_input) for characters beyond Latin-1.
std::string utf8_to_latin1(const std::string& text);

/// The content of a Python 2 string literal in quotes; throws Error(bad_input).
std::string unquote_python(const std::string& literal);

}  // namespace motus::formats
