#pragma once
// glTF as a container: the JSON, the buffers, and numbers out of accessors, every index checked.
#include <nlohmann/json.hpp>

#include "formats/format.h"

namespace motus::formats::gltf {

using nlohmann::json;

class File {
 public:
  /// Takes a GLB or JSON apart. Throws Error(bad_input).
  File(Bytes bytes, const ReadOptions& options);

  const json& root() const { return root_; }

  /// A list of the root ("nodes", "animations" ...), empty if there is none.
  const json& list(const char* key) const;

  /// The numbers of an accessor, row by row; integers that are `normalized` become fractions.
  struct Numbers {
    int components = 1;
    size_t count = 0;
    std::vector<double> values;  ///< (count, components)
  };
  Numbers numbers(size_t accessor) const;

 private:
  void read_glb(Bytes bytes);
  void parse(std::string_view text);
  Bytes view(size_t index, size_t& stride) const;
  std::vector<std::byte> load(const json& buffer, size_t index, const ReadOptions& options) const;

  json root_;
  Bytes chunk_;  ///< BIN of a GLB
  bool glb_ = false;
  std::vector<std::vector<std::byte>> owned_;
  std::vector<Bytes> buffers_;
  mutable size_t decoded_ = 0;  ///< numbers handed out: many may share one accessor
};

/// obj[key] as an index below `size`; `none` where the key is missing. Throws Error(bad_input) with
/// `where`.
size_t index_of(const json& obj, const char* key, size_t size, const std::string& where,
                size_t none = std::string::npos);

/// obj[key] as text, "" where it is missing or of another type.
std::string text_of(const json& obj, const char* key);

/// obj[key] as `n` finite numbers; empty where the key is missing. Throws Error(bad_input).
std::vector<double> numbers_of(const json& obj, const char* key, size_t n,
                               const std::string& where);

}  // namespace motus::formats::gltf
