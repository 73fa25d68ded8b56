#pragma once
// The table of formats for people, programs and the documentation.
#include <string>

namespace motus::cli {

std::string formats_text();
std::string formats_json();
/// The page docs/formats.md.
std::string formats_markdown();

}  // namespace motus::cli
