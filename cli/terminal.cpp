#include "cli/terminal.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace motus::cli {

bool is_terminal(std::FILE* stream) {
  return isatty(fileno(stream)) != 0;
}

std::string paint(const std::string& text, const char* colour, std::FILE* stream) {
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool plain =
      !is_terminal(stream) || (no_color && *no_color) || (term && std::strcmp(term, "dumb") == 0);
  return plain ? text : "\033[" + std::string(colour) + "m" + text + "\033[0m";
}

}  // namespace motus::cli
