#include "motion/data_path.h"

#include <cstdlib>

#include "motion/error.h"

namespace motus {

namespace fs = std::filesystem;

namespace {

void add_folder(std::vector<fs::path>& to, const fs::path& p) {
  std::error_code ec;
  if (!p.empty() && fs::is_directory(p, ec)) to.push_back(p);
}

/// Those that are found from where the program lies, which stays the same while it runs.
std::vector<fs::path> folders_of_program() {
  std::vector<fs::path> out;
  std::error_code ec;
  const fs::path self = fs::read_symlink("/proc/self/exe", ec);
  if (ec) return out;
  const fs::path bin = self.parent_path();
  add_folder(out, bin.parent_path() / "share" / "motus");
  // build/PRESET/bin/program inside a source tree
  add_folder(out, bin.parent_path().parent_path().parent_path() / "data");
  return out;
}

}  // namespace

std::vector<fs::path> data_folders() {
  static const std::vector<fs::path> of_program = folders_of_program();
  std::vector<fs::path> out;
  if (const char* env = std::getenv("MOTUS_DATA"); env && *env) add_folder(out, env);
  out.insert(out.end(), of_program.begin(), of_program.end());
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
