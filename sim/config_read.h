#pragma once
// How the keys of an environment are read: words out of tables, lists, numbers in their ranges. Every
// error names file, line and key.
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "motion/config.h"
#include "motion/nearest.h"
#include "sim/env_config.h"

namespace motus::sim {

/// "file.yaml:12" of a key that is there, "file.yaml" otherwise.
inline std::string line_of(const Config& c, const std::string& key) {
  if (!c.has(key)) return c.place();
  return fmt::format("{}:{}", c.place(), c.node(key).Mark().line + 1);
}

/// A word out of a table, or an error that lists the table.
template <typename T>
T choice(const Config& c, const std::string& key, T fallback,
         const std::vector<std::pair<std::string, T>>& table) {
  if (!c.has(key)) return fallback;
  const std::string word = c.get<std::string>(key);
  std::vector<std::string> known;
  for (const auto& [name, value] : table) {
    if (name == word) return value;
    known.push_back(name);
  }
  throw Error(Kind::usage, fmt::format("{}: {} cannot be '{}'", line_of(c, key), key, word),
              did_you_mean(word, known));
}

inline std::string word_of(const Config& c, const std::string& key, const std::string& fallback,
                           const std::vector<std::string>& words) {
  std::vector<std::pair<std::string, std::string>> table;
  table.reserve(words.size());
  for (const std::string& w : words) table.emplace_back(w, w);
  return choice<std::string>(c, key, fallback, table);
}

inline std::vector<std::string> strings(const Config& c, const std::string& key) {
  std::vector<std::string> out;
  if (!c.has(key)) return out;
  const YAML::Node node = c.node(key);
  require(node.IsSequence(), Kind::usage, "{}: {} must be a list", line_of(c, key), key);
  for (const auto& item : node) out.push_back(item.as<std::string>());
  return out;
}

inline void positive(const Config& c, const std::string& key, double value) {
  require(std::isfinite(value) && value > 0, Kind::usage, "{}: {} must be positive, found {}",
          line_of(c, key), key, value);
}

inline void not_negative(const Config& c, const std::string& key, double value) {
  require(std::isfinite(value) && value >= 0, Kind::usage, "{}: {} must not be negative, found {}",
          line_of(c, key), key, value);
}

/// The keys of Motus (env_config.h), of the tasks, of tracking, and of the block `randomise`.
void read_motus(const Config& c, EnvConfig& out);
void read_task(const Config& c, EnvConfig& out);
void read_tracking(const Config& c, EnvConfig& out);
void read_randomise(const Config& c, EnvConfig& out);
void read_terrain(const Config& env, EnvConfig& out);

}  // namespace motus::sim
