#pragma once
// Strict YAML: every key is read once by name; what nobody read is refused with the nearest known
// key.
#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "motion/error.h"

namespace motus {

/// A YAML mapping under strict reading. Copies share the record of what was read.
class Config {
 public:
  /// Throws Error(usage) with file and line for text that is not YAML, Error(usage) for a missing
  /// file.
  static Config load(const std::filesystem::path& file);
  static Config parse(const std::string& text, const std::string& place);

  bool has(const std::string& key) const;
  /// The value, or Error(usage) if the key is missing or of another type.
  template <typename T>
  T get(const std::string& key) const {
    require_key(key);
    return as<T>(key);
  }
  /// The value, or `fallback` if the key is missing.
  template <typename T>
  T get(const std::string& key, T fallback) const {
    note(key);
    return present(key) ? as<T>(key) : std::move(fallback);
  }
  /// A nested mapping; empty if missing.
  Config child(const std::string& key) const;
  /// The raw node, for lists of mappings.
  YAML::Node node(const std::string& key) const;
  /// Sets a scalar by dotted path ("model.actor_net"), creating mappings on the way: for --set.
  void set(const std::string& path, const std::string& yaml_value);
  /// Marks a key as known without reading it.
  void note(const std::string& key) const;
  /// Keys of the mapping in file order.
  std::vector<std::string> keys() const;
  /// Throws Error(usage) for a key that nobody read, here or in a child, naming the nearest known
  /// key.
  void refuse_unknown() const;
  /// "file.yaml" or "file.yaml: model" of a child.
  const std::string& place() const { return place_; }
  /// The mapping as YAML text.
  std::string dump() const;

 private:
  struct Record;
  Config(const YAML::Node& node, std::string place);
  bool present(const std::string& key) const;
  void require_key(const std::string& key) const;
  [[noreturn]] void wrong_type(const std::string& key) const;
  template <typename T>
  T as(const std::string& key) const {
    note(key);
    try {
      if constexpr (std::is_same_v<T, double> || std::is_same_v<T, float> ||
                    std::is_integral_v<T>) {
        return number<T>(key);
      } else {
        return node_[key].template as<T>();
      }
    } catch (const YAML::Exception&) {
      wrong_type(key);
    }
  }
  template <typename T>
  T number(const std::string& key) const {
    if constexpr (std::is_same_v<T, bool>) {
      return node_[key].template as<bool>();
    } else {
      // through double, since "1e8" is how people write sample counts
      return static_cast<T>(node_[key].template as<double>());
    }
  }
  YAML::Node node_;
  std::string place_;
  std::shared_ptr<Record> record_;
};

}  // namespace motus
