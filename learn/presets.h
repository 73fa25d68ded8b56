#pragma once
// Named agents: data/agents/preset_NAME.yaml, each the defaults of a published system.
#include <string>
#include <vector>

#include "motion/config.h"

namespace motus::learn {

/// "quick", "mimickit", ...
const std::vector<std::string>& preset_names();

/// The preset's own file. Throws Error(usage) with the nearest name for an unknown one.
Config preset(const std::string& name);

/// `agent` itself if it names no preset; otherwise the preset with the other keys of `agent` over it.
Config with_preset(const Config& agent);

}  // namespace motus::learn
