#include "motion/robot.h"

#include <algorithm>
#include <set>

#include "motion/config.h"
#include "motion/data_path.h"
#include "motion/nearest.h"

namespace motus {

namespace fs = std::filesystem;

namespace {

template <typename T>
std::vector<std::pair<std::string, T>> pairs(const Config& config) {
  std::vector<std::pair<std::string, T>> out;
  for (const std::string& key : config.keys()) out.emplace_back(key, config.get<T>(key));
  return out;
}

}  // namespace

RobotYaml read_robot_yaml(const fs::path& file) {
  const Config c = Config::load(file);
  RobotYaml r;
  r.name = c.get<std::string>("name");
  r.title = c.get<std::string>("title", r.name);
  r.kind = c.get<std::string>("kind");
  require(r.kind == "biped" || r.kind == "quadruped", Kind::usage,
          "{}: kind is '{}', expected biped or quadruped", file.string(), r.kind);
  r.model = c.get<std::string>("model", "robot.xml");
  const Config pose = c.child("default_pose");
  r.root_height = pose.get<double>("root_height");
  r.default_pose = pairs<double>(pose.child("dofs"));
  r.key_bodies = c.get<std::vector<std::string>>("key_bodies");
  r.contact_bodies = c.get<std::vector<std::string>>("contact_bodies");
  r.foot_bodies = c.get<std::vector<std::string>>("foot_bodies");
  r.roles = pairs<std::string>(c.child("roles"));
  r.speed_limits = pairs<double>(c.child("speed_limits"));
  for (const auto& [name, limit] : r.speed_limits)
    require(limit > 0, Kind::usage, "{}: speed_limits: {}: {} rad/s, expected a positive number",
            file.string(), name, limit);
  c.refuse_unknown();
  return r;
}

std::string robot_yaml(const Robot& robot, const fs::path& folder) {
  const Skeleton& s = *robot.skeleton;
  const auto list = [](const std::vector<std::string>& names) {
    std::string out;
    for (const std::string& n : names) out += (out.empty() ? "\"" : ", \"") + n + "\"";
    return "[" + out + "]";
  };
  const fs::path base = folder.empty() ? fs::current_path() : folder;
  std::error_code ec;
  fs::path model = fs::relative(fs::absolute(robot.model), fs::absolute(base), ec);
  if (ec || model.empty()) model = fs::absolute(robot.model);
  std::string out = fmt::format(
      "# What the bodies of the model are for. Dofs that are not listed are 0.\n"
      "name: \"{}\"\ntitle: \"{}\"\nkind: {}\nmodel: \"{}\"\n\n"
      "default_pose:\n  root_height: {:.6g}   # m\n  dofs:   # rad\n",
      robot.name, robot.title, robot.kind, model.generic_string(), robot.root_height);
  for (size_t d = 0; d < robot.default_dofs.size(); ++d) {
    if (robot.default_dofs[d] != 0)
      out += fmt::format("    \"{}\": {:.6g}\n", s.dofs()[d].name, robot.default_dofs[d]);
  }
  out += fmt::format("\nkey_bodies: {}\ncontact_bodies: {}\nfoot_bodies: {}\n\nroles:\n",
                     list(robot.key_bodies), list(robot.contact_bodies), list(robot.foot_bodies));
  for (const auto& [role, body] : s.roles())
    out += fmt::format("  {}: \"{}\"\n", role, s.bodies()[static_cast<size_t>(body)].name);
  return out;
}

std::vector<std::string> robot_names() {
  std::set<std::string> names;
  std::error_code ec;
  for (const fs::path& folder : data_folders()) {
    for (const auto& entry : fs::directory_iterator(folder / "robots", ec)) {
      if (fs::exists(entry.path() / "robot.yaml", ec))
        names.insert(entry.path().filename().string());
    }
  }
  return {names.begin(), names.end()};
}

fs::path find_robot(const std::string& name) {
  std::error_code ec;
  for (const fs::path& folder : data_folders()) {
    const fs::path p = folder / "robots" / name;
    if (name.find('/') == std::string::npos && fs::exists(p / "robot.yaml", ec)) return p;
  }
  const std::vector<std::string> names = robot_names();
  throw Error(Kind::usage, fmt::format("no robot is named '{}'", name), did_you_mean(name, names));
}

}  // namespace motus
