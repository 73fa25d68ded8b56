#include "cli/find_run.h"

#include <algorithm>
#include <vector>

#include "learn/trainer.h"
#include "motion/data_path.h"
#include "motion/error.h"
#include "motion/nearest.h"

namespace motus::cli {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> shipped_policies() {
  std::vector<std::string> out;
  for (const fs::path& data : data_folders()) {
    std::error_code none;
    for (const auto& e : fs::directory_iterator(data / "policies", none))
      if (e.is_directory()) out.push_back(e.path().filename().string());
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace

fs::path find_run(const std::string& given) {
  for (const std::string& name : {given, "policies/" + given})
    if (const fs::path found = find_data(name); !found.empty()) return found;
  throw Error(Kind::bad_input,
              fmt::format("{}: does not exist, and no policy of this name is shipped", given),
              did_you_mean(given, shipped_policies()));
}

fs::path find_checkpoint(const std::string& given) {
  return learn::find_model(find_run(given));
}

}  // namespace motus::cli
