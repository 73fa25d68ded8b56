#pragma once
// What runs leave behind, as curves over samples: log.txt (MimicKit's and ours) and TensorBoard event
// files of any trainer.
#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace motus::learn {

/// Points (samples or step, value) with increasing first members.
using Curve = std::vector<std::pair<double, double>>;

struct Curves {
  std::string name;                   ///< of the run
  std::map<std::string, Curve> data;  ///< by column or tag
  std::vector<std::string> warnings;  ///< what was left out, and why

  /// The curve of the first name that is there, or null.
  const Curve* find(const std::vector<const char*>& names) const;
};

/// log.txt: rows that end in a carriage return or a line feed, columns named by the first; x is
/// "Samples", else the row's number. A last row that was cut short is left out with a warning.
/// Throws Error(bad_input) for text without a header and a number.
Curves read_log(const std::string& text, const std::string& place);

/// TFRecords of Event messages: scalars, in either of TensorBoard's two encodings (simple_value, and
/// a tensor of one float). What comes after damage is left out with a warning. Throws
/// Error(bad_input) for bytes that hold no whole record.
Curves read_events(std::span<const std::byte> bytes, const std::string& place);

/// A run's folder (its log.txt, else its newest event files), or such a file. The curves carry the
/// folder's name. Throws Error(bad_input) for a folder with neither.
Curves read_run(const std::filesystem::path& folder_or_file);

/// What the last fifth of a training says about its discriminator and its steps, each a sentence
/// with its number.
std::vector<std::string> diagnose_training(const Curves& curves);

}  // namespace motus::learn
