#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace motus {

/// Where shipped data lies, in the order searched: $MOTUS_DATA, the installed share/motus beside
/// the program, and data/ of the source tree that the program was built in.
std::vector<std::filesystem::path> data_folders();

/// A readable file for `name`: as it is, then below each data folder (also without a leading
/// "data/"). Empty if there is none.
std::filesystem::path find_data(const std::string& name);

/// find_data or Error(usage) that lists where it looked; `what` names the thing ("arg file").
std::filesystem::path require_data(const std::string& name, const std::string& what);

}  // namespace motus
