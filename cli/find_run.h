#pragma once
#include <filesystem>
#include <string>

namespace motus::cli {

/// Where a run's folder, a checkpoint or a log lies: as named, below a data folder (also without a
/// leading "data/"), or a shipped policy's by its name alone ("go2_pace"). Throws Error(bad_input)
/// that lists the shipped policies.
std::filesystem::path find_run(const std::string& given);

/// The checkpoint in or at find_run(given): a folder's best before its newest.
std::filesystem::path find_checkpoint(const std::string& given);

}  // namespace motus::cli
