#pragma once
#include <span>
#include <string>
#include <string_view>

namespace motus {

/// The word of `known` within a small edit distance of `word`, or "".
std::string nearest(std::string_view word, std::span<const std::string> known);

/// "did you mean 'g1'?" for the nearest known word, else "known: a, b, c".
std::string did_you_mean(std::string_view word, std::span<const std::string> known);

}  // namespace motus
