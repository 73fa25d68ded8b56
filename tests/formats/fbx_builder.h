#pragma once
// Small FBX files for tests: records written in the binary form of either width, or as text.
#include <fmt/ranges.h>
#include <zlib.h>

#include <cmath>
#include <cstring>

#include "formats/scene/fbx_file.h"
#include "motion/error.h"

namespace motus {

using formats::fbx::Record;
using formats::fbx::Value;

struct FbxForm {
  int version = 7400;
  bool deflate = false;
  bool text = false;
};

class FbxWriter {
 public:
  explicit FbxWriter(FbxForm form) : form_(form) {}

  std::vector<std::byte> write(const Record& root) {
    if (form_.text) {
      out_ = "; FBX 7.4.0 project file\n";
      for (const Record& r : root.children) text(r);
    } else {
      out_ = std::string("Kaydara FBX Binary  \0\x1a\0", 23);
      put(static_cast<uint32_t>(form_.version));
      for (const Record& r : root.children) record(r);
      out_.append(wide() ? 25 : 13, '\0');
    }
    const auto bytes = std::as_bytes(std::span(out_));
    return {bytes.begin(), bytes.end()};
  }

 private:
  bool wide() const { return form_.version >= 7500; }

  template <typename T>
  void put(T v) {
    out_.append(reinterpret_cast<const char*>(&v), sizeof v);
  }

  void length(size_t n) { wide() ? put(uint64_t{n}) : put(static_cast<uint32_t>(n)); }

  void record(const Record& r) {
    const size_t start = out_.size(), word = wide() ? 8 : 4;
    for (int i = 0; i < 3; ++i) length(0);
    put(static_cast<uint8_t>(r.name.size()));
    out_ += r.name;
    const size_t values = out_.size();
    for (const Value& v : r.values) value(v, r.name == "P" || r.name == "FBXVersion");
    const size_t size = out_.size() - values;
    for (const Record& c : r.children) record(c);
    if (!r.children.empty()) out_.append(wide() ? 25 : 13, '\0');
    const uint64_t header[3] = {out_.size(), r.values.size(), size};
    for (size_t i = 0; i < 3; ++i) std::memcpy(out_.data() + start + i * word, &header[i], word);
  }

  /// Whole numbers are 64 bits wide, or 32 where readers insist on that.
  void value(const Value& v, bool narrow) {
    if (const auto* n = std::get_if<int64_t>(&v)) {
      out_ += narrow ? 'I' : 'L';
      narrow ? put(static_cast<int32_t>(*n)) : put(*n);
    }
    if (const auto* d = std::get_if<double>(&v)) out_ += 'D', put(*d);
    if (const auto* s = std::get_if<std::string>(&v)) {
      out_ += 'S', put(static_cast<uint32_t>(s->size())), out_ += *s;
    }
    if (const auto* l = std::get_if<std::vector<int64_t>>(&v)) array('l', *l);
    if (const auto* l = std::get_if<std::vector<double>>(&v)) array('d', *l);
  }

  template <typename T>
  void array(char type, const std::vector<T>& list) {
    const std::string raw(reinterpret_cast<const char*>(list.data()), list.size() * sizeof(T));
    std::string data = raw;
    if (form_.deflate) {
      uLongf size = compressBound(raw.size());
      data.resize(size);
      compress(reinterpret_cast<Bytef*>(data.data()), &size,
               reinterpret_cast<const Bytef*>(raw.data()), raw.size());
      data.resize(size);
    }
    out_ += type;
    put(static_cast<uint32_t>(list.size()));
    put(static_cast<uint32_t>(form_.deflate ? 1 : 0));
    put(static_cast<uint32_t>(data.size()));
    out_ += data;
  }

  void text(const Record& r) {
    out_ += r.name + ": ";
    for (size_t i = 0; i < r.values.size(); ++i) {
      if (i > 0) out_ += ", ";
      const Value& v = r.values[i];
      if (const auto* n = std::get_if<int64_t>(&v)) out_ += fmt::format("{}", *n);
      if (const auto* d = std::get_if<double>(&v)) out_ += fmt::format("{}", *d);
      if (const auto* s = std::get_if<std::string>(&v)) out_ += '"' + in_text(*s) + '"';
      if (const auto* l = std::get_if<std::vector<int64_t>>(&v)) list(*l);
      if (const auto* l = std::get_if<std::vector<double>>(&v)) list(*l);
    }
    if (!r.children.empty()) {
      out_ += " {\n";
      for (const Record& c : r.children) text(c);
      out_ += "}";
    }
    out_ += "\n";
  }

  template <typename T>
  void list(const std::vector<T>& l) {
    out_ += fmt::format("*{} {{\n a: {}\n}}", l.size(), fmt::join(l, ","));
  }

  /// "Hips\0\1Model" is "Model::Hips" in text.
  static std::string in_text(const std::string& s) {
    const size_t at = s.find(std::string("\0\1", 2));
    return at == std::string::npos ? s : s.substr(at + 2) + "::" + s.substr(0, at);
  }

  FbxForm form_;
  std::string out_;
};

/// Puts scenes together: limbs, and curves that turn or move them.
class FbxBuilder {
 public:
  using Settings = std::vector<std::pair<std::string, std::vector<double>>>;

  explicit FbxBuilder(const Settings& settings = {}) {
    header_ = {
        .name = "FBXHeaderExtension", .values = {}, .children = {number("FBXVersion", 7400)}};
    settings_ = {.name = "GlobalSettings", .values = {}, .children = {properties(settings)}};
    objects_.name = "Objects";
    connections_.name = "Connections";
    add("AnimationStack", kStack, "walk", "", {});
    add("AnimationLayer", kLayer, "base", "", {});
    connect("OO", kLayer, kStack);
  }

  void set_version(int64_t v) { header_.children[0] = number("FBXVersion", v); }

  int64_t limb(const std::string& name, int64_t parent, const Settings& values) {
    const int64_t id = next_++;
    add("Model", id, name, "LimbNode", {properties(values)});
    connect("OO", id, parent);
    return id;
  }

  struct Keys {
    std::vector<double> times, values;
    int64_t flags = 4;                ///< linear
    std::vector<double> slopes = {};  ///< right, next left, packed weights, 0
  };

  /// Curves on x, y, z of "Lcl Rotation" ...; an axis without keys has none.
  void curves(int64_t model, const std::string& property, const std::vector<Keys>& axes) {
    const int64_t node = next_++;
    add("AnimationCurveNode", node, "R", "", {properties({})});
    connect("OO", node, kLayer);
    connect("OP", node, model, property);
    const char* const names[] = {"d|X", "d|Y", "d|Z"};
    for (size_t a = 0; a < axes.size(); ++a) {
      if (axes[a].times.empty()) continue;
      const Keys& k = axes[a];
      std::vector<int64_t> ticks;
      for (const double t : k.times) ticks.push_back(std::llround(t * 46186158000.0));
      const int64_t id = next_++;
      add("AnimationCurve", id, "", "",
          {{.name = "KeyTime", .values = {ticks}, .children = {}},
           {.name = "KeyValueFloat", .values = {k.values}, .children = {}},
           {.name = "KeyAttrFlags", .values = {std::vector<int64_t>{k.flags}}, .children = {}},
           {.name = "KeyAttrDataFloat",
            .values = {k.slopes.empty() ? std::vector<double>{0, 0, 0, 0} : k.slopes},
            .children = {}},
           {.name = "KeyAttrRefCount",
            .values = {std::vector<int64_t>{static_cast<int64_t>(k.times.size())}},
            .children = {}}});
      connect("OP", id, node, names[a]);
    }
  }

  void connect(const std::string& kind, int64_t low, int64_t high,
               const std::string& property = {}) {
    Record c{.name = "C", .values = {kind, low, high}, .children = {}};
    if (!property.empty()) c.values.emplace_back(property);
    connections_.children.push_back(std::move(c));
  }

  std::vector<std::byte> write(FbxForm form = {}) const {
    Record root;
    root.children = {header_, settings_, objects_, connections_};
    return FbxWriter(form).write(root);
  }

 private:
  static constexpr int64_t kStack = 10, kLayer = 11;

  static Record number(const std::string& name, int64_t v) {
    return {.name = name, .values = {v}, .children = {}};
  }

  static Record properties(const Settings& values) {
    Record list{.name = "Properties70", .values = {}, .children = {}};
    for (const auto& [name, numbers] : values) {
      Record p{.name = "P",
               .values = {name, std::string(), std::string(), std::string("A")},
               .children = {}};
      for (const double n : numbers) {
        if (name == "UpAxis" || name == "CoordAxis" || name == "TimeMode" ||
            name == "RotationOrder" || name == "RotationActive" || name == "InheritType" ||
            name == "UpAxisSign") {
          p.values.emplace_back(static_cast<int64_t>(n));
        } else {
          p.values.emplace_back(n);
        }
      }
      list.children.push_back(std::move(p));
    }
    return list;
  }

  void add(const std::string& kind, int64_t id, const std::string& name, const std::string& type,
           std::vector<Record> children) {
    const std::string full = name + std::string("\0\1", 2) + kind;
    objects_.children.push_back(
        {.name = kind, .values = {id, full, type}, .children = std::move(children)});
  }

  Record header_, settings_, objects_, connections_;
  int64_t next_ = 100;
};

}  // namespace motus
