#include "learn/presets.h"

#include <algorithm>

#include "motion/data_path.h"
#include "motion/nearest.h"

namespace motus::learn {

namespace {

void overlay(const YAML::Node& from, const std::string& path, Config& to) {
  for (const auto& entry : from) {
    const std::string key = path + entry.first.as<std::string>();
    if (entry.second.IsMap()) {
      overlay(entry.second, key + ".", to);
    } else {
      to.set(key, YAML::Dump(entry.second));
    }
  }
}

}  // namespace

const std::vector<std::string>& preset_names() {
  static const std::vector<std::string> names{"quick", "mimickit", "mimickit_legacy", "isaacgym",
                                              "skrl",  "rofunc",   "amp_for_hardware"};
  return names;
}

Config preset(const std::string& name) {
  const std::vector<std::string>& known = preset_names();
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    throw Error(Kind::usage, fmt::format("unknown agent preset '{}'", name),
                did_you_mean(name, known));
  }
  return Config::load(require_data("agents/preset_" + name + ".yaml", "agent preset"));
}

Config with_preset(const Config& agent) {
  if (!agent.has("preset")) return agent;
  const Config own = preset(agent.get<std::string>("preset"));
  Config out = Config::parse(own.dump(), agent.place());
  overlay(YAML::Load(agent.dump()), "", out);
  return out;
}

}  // namespace motus::learn
