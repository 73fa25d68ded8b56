#pragma once
// Many inputs to one file.
#include "cli/convert_inputs.h"
#include "cli/convert_options.h"

namespace motus::cli {

/// One motion file with the clips of all inputs, in their order. Inputs that fail are named and left
/// out (of several: an only input throws its own Error); Error(failed) with the count ends it. A set
/// that is packed for certain (asked for, appended to, or many inputs) is written clip by clip.
void convert_to_file(const ConvertOptions& options, const BatchInputs& inputs);

}  // namespace motus::cli
