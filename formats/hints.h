#pragma once
// Which hints of the user a reader heeded.
#include <cstddef>
#include <string>
#include <vector>

#include "formats/format.h"

namespace motus::formats {

/// A sentence for each hint that the reader of `format` did not look at.
std::vector<std::string> ignored_hints(const ReadOptions& options, std::string_view format);

/// Which hints were looked at, a bit each, and the same said of other options: for readers that
/// work in a process of their own.
std::byte heeded(const ReadOptions& options);
void heed(const ReadOptions& options, std::byte which);

}  // namespace motus::formats
