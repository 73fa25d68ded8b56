#pragma once
// Names of the log's columns in TensorBoard.
#include <string>
#include <vector>

namespace motus::learn {

/// MimicKit's tag of a column of log.txt, and rsl_rl's where that has one.
std::vector<std::string> event_tags(const std::string& column);

}  // namespace motus::learn
