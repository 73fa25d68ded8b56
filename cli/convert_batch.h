#pragma once
// Many inputs to a folder: one file an input, with the folders they came in.
#include "cli/convert_inputs.h"
#include "cli/convert_options.h"

namespace motus::cli {

/// Throws Error(failed) with the count if some failed; the others are written.
void convert_to_folder(const ConvertOptions& options, const BatchInputs& inputs);

}  // namespace motus::cli
