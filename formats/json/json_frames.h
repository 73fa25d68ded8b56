#pragma once
// What DeepMimic and its descendants write: a JSON object with "Frames", a list of rows of numbers.
#include <cstdint>
#include <map>
#include <string>

#include "formats/format.h"

namespace motus::formats {

struct JsonFrames {
  Frames rows;                               ///< (T, width)
  std::map<std::string, std::string> words;  ///< the other keys: text as it is, the rest as JSON
  double number(const std::string& key, double fallback) const;
  std::string word(const std::string& key) const;
};

/// True if the bytes begin like such a file; `key` must stand in its head ("FrameDuration").
bool looks_like_json_frames(Bytes bytes, std::string_view key);

/// Numbers in the first row of "Frames", by counting commas; 0 if there is none.
long first_row_width(Bytes bytes);

/// Throws Error(bad_input) with the byte or the row.
JsonFrames parse_json_frames(Bytes bytes);

/// Rows as an array for Source::arrays.
Array array_of(const Frames& rows);
Frames rows_of(const Array& array);

/// {"key": value, ..., "Frames": [[...], ...]}, a row a line, numbers in their shortest exact form.
/// Values are JSON text.
std::vector<std::byte> json_frames_text(
    const std::vector<std::pair<std::string, std::string>>& head, const Frames& rows);

/// The text of a motion of AMP_for_hardware's family, with its head: LoopMode, FrameDuration,
/// MotionWeight, and the cycle flags as the clip's source had them. `untouched`: the clip is what
/// its source's arrays say, whose FrameDuration is then kept to the digit.
std::vector<std::byte> amp_family_text(const Clip& clip, bool untouched, const Frames& rows);

}  // namespace motus::formats
