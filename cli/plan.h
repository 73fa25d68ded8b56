#pragma once
// amp-train --plan: what this training would do on more machines.
#include "cli/training.h"

namespace motus::cli {

/// Trains a few iterations that nobody keeps, to measure them, and prints samples/s for 1 .. 64 ranks.
int plan_run(const TrainFlags& flags, const RunConfig& config);

}  // namespace motus::cli
