#include "motion/config.h"

#include <fstream>
#include <map>
#include <sstream>

#include "motion/nearest.h"

namespace motus {

struct Config::Record {
  std::set<std::string> known;
  std::map<std::string, Config> children;
};

Config::Config(const YAML::Node& node, std::string place)
    : node_(node), place_(std::move(place)), record_(std::make_shared<Record>()) {}

Config Config::load(const std::filesystem::path& file) {
  std::ifstream in(file);
  require(in.good(), Kind::usage, "{}: cannot be opened", file.string());
  std::stringstream text;
  text << in.rdbuf();
  return parse(text.str(), file.string());
}

Config Config::parse(const std::string& text, const std::string& place) {
  try {
    YAML::Node node = YAML::Load(text);
    if (node.IsNull()) node = YAML::Node(YAML::NodeType::Map);
    require(node.IsMap(), Kind::usage, "{}: expected keys and values", place);
    return Config(node, place);
  } catch (const YAML::Exception& e) {
    throw_error(Kind::usage, "{}:{}: {}", place, e.mark.line + 1, e.msg);
  }
}

bool Config::present(const std::string& key) const {
  const YAML::Node& n = node_;
  return n.IsMap() && n[key].IsDefined() && !n[key].IsNull();
}

bool Config::has(const std::string& key) const {
  note(key);
  return present(key);
}

void Config::note(const std::string& key) const {
  record_->known.insert(key);
}

void Config::require_key(const std::string& key) const {
  note(key);
  if (present(key)) return;
  const std::vector<std::string> have = keys();
  std::string hint;
  if (const std::string near = nearest(key, have);
      !near.empty() && !record_->known.contains(near)) {
    hint = fmt::format("there is a '{}'", near);
  }
  throw Error(Kind::usage, fmt::format("{}: key '{}' is missing", place_, key), hint);
}

void Config::wrong_type(const std::string& key) const {
  const YAML::Node& n = node_;
  throw_error(Kind::usage, "{}:{}: '{}' cannot be {}", place_, n[key].Mark().line + 1, key,
              YAML::Dump(n[key]));
}

Config Config::child(const std::string& key) const {
  note(key);
  const auto it = record_->children.find(key);
  if (it != record_->children.end()) return it->second;
  YAML::Node node = present(key) ? node_[key] : YAML::Node(YAML::NodeType::Map);
  if (!node.IsMap()) wrong_type(key);
  Config c(node, place_ + ": " + key);
  record_->children.emplace(key, c);
  return c;
}

YAML::Node Config::node(const std::string& key) const {
  note(key);
  return present(key) ? node_[key] : YAML::Node();
}

void Config::set(const std::string& path, const std::string& yaml_value) {
  YAML::Node value;
  try {
    value = YAML::Load(yaml_value);
  } catch (const YAML::Exception& e) {
    throw_error(Kind::usage, "--set {}: '{}' is not YAML", path, yaml_value);
  }
  std::vector<std::string> parts;
  std::stringstream split(path);
  for (std::string part; std::getline(split, part, '.');) parts.push_back(part);
  require(!parts.empty(), Kind::usage, "--set needs key=value");
  YAML::Node at = node_;
  for (size_t i = 0; i + 1 < parts.size(); ++i) {
    YAML::Node next = at[parts[i]];
    if (!next.IsDefined()) at[parts[i]] = YAML::Node(YAML::NodeType::Map);
    at.reset(at[parts[i]]);
  }
  at[parts.back()] = value;
}

std::vector<std::string> Config::keys() const {
  std::vector<std::string> out;
  for (const auto& entry : node_) out.push_back(entry.first.as<std::string>());
  return out;
}

void Config::refuse_unknown() const {
  const std::vector<std::string> known(record_->known.begin(), record_->known.end());
  for (const auto& entry : node_) {
    const std::string key = entry.first.as<std::string>();
    if (record_->known.contains(key)) continue;
    throw Error(Kind::usage,
                fmt::format("{}:{}: unknown key '{}'", place_, entry.first.Mark().line + 1, key),
                did_you_mean(key, known));
  }
  for (const auto& [key, c] : record_->children) c.refuse_unknown();
}

std::string Config::dump() const {
  YAML::Emitter out;
  out << node_;
  return std::string(out.c_str()) + "\n";
}

}  // namespace motus
