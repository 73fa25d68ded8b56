#pragma once
// Bytes written out in tests.
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace motus {

/// "a\x00" as typed in a raw string literal: \xHH is a byte, everything else itself.
inline std::vector<std::byte> bytes_of(std::string_view text) {
  std::vector<std::byte> out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size() && text[i + 1] == 'x') {
      out.push_back(
          static_cast<std::byte>(std::stoi(std::string(text.substr(i + 2, 2)), nullptr, 16)));
      i += 3;
    } else {
      out.push_back(static_cast<std::byte>(text[i]));
    }
  }
  return out;
}

}  // namespace motus
