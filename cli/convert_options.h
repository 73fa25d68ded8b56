#pragma once
// What the user of motion-convert asked for.
#include <string>
#include <vector>

#include "cli/clips.h"

namespace motus::cli {

struct ConvertOptions {
  ClipInput input;
  std::string to, output = "-", loop;
  std::vector<std::string> inputs;
  std::vector<std::string> settings;  ///< KEY=VALUE for the writer
  formats::WriteOptions write;
  std::string container = "auto";
  int workers = 1;
  bool resume = false, append = false;
};

/// The clips of one input, as --loop and the rest want them, with a line of history; `sha256` of
/// its bytes if it is known.
std::vector<Clip> clips_of(const ConvertOptions& o, std::vector<std::byte> bytes,
                           const std::string& path, const Hear& warn,
                           const std::string& sha256 = "");

}  // namespace motus::cli
