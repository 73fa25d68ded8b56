#pragma once
#include <string>

#include "formats/format.h"

namespace motus::formats {

/// "a PARC motion pickle (motion with terrain)" for array, pickle and zip files that are known but
/// not read by this version; empty for all others. detect() puts it into its error.
std::string describe_unread(Bytes bytes);

}  // namespace motus::formats
