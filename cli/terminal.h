#pragma once
#include <cstdio>
#include <string>

namespace motus::cli {

/// True if the stream is a terminal.
bool is_terminal(std::FILE* stream);

/// `text` in an ANSI colour ("31" red) if the stream is a terminal and neither NO_COLOR nor
/// TERM=dumb object.
std::string paint(const std::string& text, const char* colour, std::FILE* stream);

}  // namespace motus::cli
