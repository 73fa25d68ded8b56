#pragma once
// The table of formats for people, programs and the documentation.
#include <string>

namespace motus::cli {

/// Columns for a terminal.
std::string formats_text();
/// A list of objects: name, read, write, extensions, notes.
std::string formats_json();
/// The page docs/formats.md.
std::string formats_markdown();

}  // namespace motus::cli
