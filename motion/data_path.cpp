#include "motion/data_path.h"

#include <cstdlib>

#include "motion/error.h"

namespace motus {

namespace fs = std::filesystem;

std::vector<fs::path> data_folders() {
  std::vector<fs::path> out;
  std::error_code ec;
  const auto add = [&](const fs::path& p) {
    if (!p.empty() && fs::is_directory(p, ec)) out.push_back(p);
  };
  if (const char* env = std::getenv("MOTUS_DATA"); env && *env) add(env);
  const fs::path self = fs::read_symlink("/proc/self/exe", ec);
  if (!ec) {
    const fs::path bin = self.parent_path();
    add(bin.parent_path() / "share" / "motus");
    // build/PRESET/bin/program inside a source tree
    add(bin.parent_path().parent_path().parent_path() / "data");
  }
  return out;
}

fs::path find_data(const std::string& name) {
  std::error_code ec;
  if (name.empty()) return {};
  if (fs::exists(name, ec)) return name;
  const fs::path relative(name);
  if (relative.is_absolute()) return {};
  std::vector<fs::path> forms{relative};
  if (name.rfind("data/", 0) == 0) forms.emplace_back(name.substr(5));
  for (const fs::path& folder : data_folders()) {
    for (const fs::path& form : forms) {
      if (fs::exists(folder / form, ec)) return folder / form;
    }
  }
  return {};
}

fs::path require_data(const std::string& name, const std::string& what) {
  fs::path found = find_data(name);
  if (!found.empty()) return found;
  std::string looked = "here";
  for (const fs::path& f : data_folders()) looked += ", " + f.string();
  throw Error(Kind::usage, fmt::format("{} '{}' does not exist", what, name),
              "looked in: " + looked);
}

}  // namespace motus
