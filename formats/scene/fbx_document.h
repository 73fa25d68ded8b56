#pragma once
// FBX as objects that are joined by connections.
#include <map>

#include "formats/scene/fbx_file.h"

namespace motus::formats::fbx {

struct Object {
  int64_t id = 0;
  std::string name;  ///< without "Model::"
  std::string type;  ///< class within the record's name: "LimbNode", "Mesh", "Cluster" ...
  const Record* record = nullptr;
};

/// What an object is joined to, and for connections to a property by what name.
struct Link {
  const Object* object = nullptr;
  std::string property;
};

class Document {
 public:
  /// Throws Error(bad_input) for versions before 7.1 and for files without objects.
  explicit Document(Bytes bytes);

  /// All objects of a kind ("Model", "AnimationStack" ...) in the order of the file.
  std::vector<const Object*> objects(std::string_view kind) const;
  /// Objects joined below `o` (its sources), and those above it.
  const std::vector<Link>& below(const Object& o) const { return links(below_, o.id); }
  const std::vector<Link>& above(const Object& o) const { return links(above_, o.id); }

  /// The "P" record of a property, or null; the template of the object's kind has the defaults.
  const Record* property(const Object& o, std::string_view name) const;
  double number(const Object& o, std::string_view name, double fallback) const;
  /// Three numbers. Throws Error(bad_input) if they are not finite.
  Vec3 vector(const Object& o, std::string_view name, const Vec3& fallback) const;
  /// A number of GlobalSettings.
  double setting(std::string_view name, double fallback) const;

  int version() const { return version_; }

 private:
  using Links = std::map<int64_t, std::vector<Link>>;
  static const std::vector<Link>& links(const Links& all, int64_t id);

  Record root_;
  int version_ = 0;
  std::map<int64_t, Object> objects_;
  std::vector<const Object*> order_;
  std::map<std::string, const Record*, std::less<>> templates_;
  Links below_, above_;
};

}  // namespace motus::formats::fbx
