#include "formats/scene/fbx_document.h"

#include <algorithm>
#include <cmath>

#include "motion/error.h"

namespace motus::formats::fbx {

namespace {

/// "Hips" out of "Hips\0\1Model" (binary) and "Model::Hips" (text).
std::string plain_name(const std::string& name) {
  using namespace std::string_view_literals;
  if (const size_t at = name.find("\0\1"sv); at != std::string::npos) return name.substr(0, at);
  const size_t at = name.find("::");
  return at == std::string::npos ? name : name.substr(at + 2);
}

/// The "P" record called `name` among an object's or a template's properties.
const Record* property_of(const Record* owner, std::string_view name) {
  const Record* list = owner ? owner->find("Properties70") : nullptr;
  if (!list) return nullptr;
  for (const Record& p : list->children) {
    if (p.text(0) == name) return &p;
  }
  return nullptr;
}

int version_of(const Record& root) {
  const Record* header = root.find("FBXHeaderExtension");
  const Record* version = header ? header->find("FBXVersion") : nullptr;
  return version ? static_cast<int>(std::clamp<int64_t>(version->integer(0), 0, 1'000'000)) : 0;
}

}  // namespace

Document::Document(Bytes bytes) : root_(parse(bytes)), version_(version_of(root_)) {
  if (version_ > 0 && version_ < 7100) {
    throw Error(Kind::bad_input,
                fmt::format("is FBX version {}.{}, expected 7.1 or later", version_ / 1000,
                            version_ / 100 % 10),
                "save it as FBX 2011 or later, or through Autodesk's FBX Converter");
  }
  const Record* objects = root_.find("Objects");
  require(objects, Kind::bad_input, "is an FBX without objects");
  for (const Record& r : objects->children) {
    if (r.values.size() < 2 || !std::holds_alternative<int64_t>(r.values[0])) continue;
    const int64_t id = r.integer(0);
    const auto [at, fresh] = objects_.emplace(
        id, Object{.id = id, .name = plain_name(r.text(1)), .type = r.text(2), .record = &r});
    require(fresh, Kind::bad_input, "two objects have the number {}", id);
    order_.push_back(&at->second);
  }
  if (const Record* definitions = root_.find("Definitions")) {
    for (const Record& r : definitions->children) {
      if (const Record* t = r.find("PropertyTemplate")) templates_.emplace(r.text(0), t);
    }
  }
  const Record* connections = root_.find("Connections");
  if (!connections) return;
  for (const Record& c : connections->children) {
    const auto low = objects_.find(c.integer(1)), high = objects_.find(c.integer(2));
    if (low == objects_.end() || high == objects_.end()) continue;  // 0 is the scene itself
    const std::string property = c.text(0) == "OP" ? c.text(3) : "";
    below_[high->first].push_back({.object = &low->second, .property = property});
    above_[low->first].push_back({.object = &high->second, .property = property});
  }
}

std::vector<const Object*> Document::objects(std::string_view kind) const {
  std::vector<const Object*> out;
  for (const Object* o : order_) {
    if (o->record->name == kind) out.push_back(o);
  }
  return out;
}

const std::vector<Link>& Document::links(const Links& all, int64_t id) {
  static const std::vector<Link> kNone;
  const auto at = all.find(id);
  return at == all.end() ? kNone : at->second;
}

const Record* Document::property(const Object& o, std::string_view name) const {
  if (const Record* p = property_of(o.record, name)) return p;
  const auto t = templates_.find(o.record->name);
  return t == templates_.end() ? nullptr : property_of(t->second, name);
}

double Document::number(const Object& o, std::string_view name, double fallback) const {
  const Record* p = property(o, name);
  return p ? p->number(4, fallback) : fallback;
}

Vec3 Document::vector(const Object& o, std::string_view name, const Vec3& fallback) const {
  const Record* p = property(o, name);
  if (!p || p->values.size() < 7) return fallback;
  const Vec3 v(p->number(4), p->number(5), p->number(6));
  require(v.allFinite(), Kind::bad_input, "'{}' of '{}' is not finite", name, o.name);
  return v;
}

double Document::setting(std::string_view name, double fallback) const {
  const Record* p = property_of(root_.find("GlobalSettings"), name);
  return p ? p->number(4, fallback) : fallback;
}

}  // namespace motus::formats::fbx
