#pragma once
// What a fuzzer does with one input.
#include <string>
#include <vector>

#include "formats/format.h"

namespace motus::fuzz {

/// Every reader of formats/table.cpp; "asf", which is read on the way to an AMC; and "detect", which
/// asks every format whether bytes are its own.
std::vector<std::string> targets();

/// Reads `bytes` as `target`. Errors of motus are what a reader should throw; anything else is a
/// finding. Clips that come back are validated and, where the format is also written, written.
void run(const std::string& target, formats::Bytes bytes);

}  // namespace motus::fuzz
