#include "cli/format_list.h"

#include <nlohmann/json.hpp>
#include <sstream>

#include "formats/format.h"
#include "motion/error.h"

namespace motus::cli {

namespace {

using nlohmann::json;

const char* directions(const formats::Format& f) {
  return f.read && f.write ? "read, write" : f.read ? "read" : "write";
}

std::vector<std::string> words(std::string_view text) {
  std::istringstream in{std::string(text)};
  std::vector<std::string> out;
  for (std::string w; in >> w;) out.push_back(w);
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

}  // namespace

std::string formats_text() {
  std::string out =
      fmt::format("{:<18} {:<11} {:<12} {}\n", "format", "", "extensions", "what it is");
  for (const formats::Format& f : formats::table()) {
    out += fmt::format("{:<18} {:<11} {:<12} {}\n", f.name, directions(f), f.extensions, f.help);
  }
  return out;
}

std::string formats_json() {
  json rows = json::array();
  for (const formats::Format& f : formats::table()) {
    rows.push_back({{"name", f.name},
                    {"extensions", words(f.extensions)},
                    {"read", f.read != nullptr},
                    {"write", f.write != nullptr},
                    {"help", f.help}});
  }
  return json{{"formats", std::move(rows)}}.dump(2) + "\n";
}

std::string formats_markdown() {
  std::string out =
      "# Formats\n\n"
      "Generated: `build/release/bin/motion-convert --formats --markdown -o docs/formats.md`.\n\n"
      "A reader is chosen by the content of a file, a writer by the extension of the output (the\n"
      "first row that has it) or by `--to NAME`. `--from NAME` overrides the reader.\n\n"
      "`--units`, `--up-axis`, `--quat-order`, `--skeleton` and `--kind` say what a file leaves "
      "open; a\n"
      "flag that a file itself settles is a warning, which the clip keeps. `--fps` holds for every "
      "file.\n\n"
      "| name | read | write | extensions | what it is |\n|---|---|---|---|---|\n";
  for (const formats::Format& f : formats::table()) {
    std::string extensions;
    for (const std::string& e : words(f.extensions)) extensions += "`." + e + "` ";
    if (!extensions.empty()) extensions.pop_back();
    out += fmt::format("| `{}` | {} | {} | {} | {} |\n", f.name, f.read ? "yes" : "",
                       f.write ? "yes" : "", extensions, escaped(f.help));
  }
  return out;
}

}  // namespace motus::cli
