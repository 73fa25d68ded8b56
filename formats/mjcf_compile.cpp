#include "formats/mjcf_compile.h"

#include <mujoco/mujoco.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "motion/error.h"

namespace motus::formats {

namespace fs = std::filesystem;

namespace {

using Spec = std::unique_ptr<mjSpec, decltype(&mj_deleteSpec)>;

constexpr std::uintmax_t kLargest = 64u << 20;  // bytes of a model file; real ones have kilobytes
constexpr size_t kMostIncludes = 100;

/// MuJoCo's messages have several lines; one is enough to act on.
std::string one_line(const char* text) {
  std::string s = text ? text : "unknown error";
  std::replace(s.begin(), s.end(), '\n', ' ');
  while (!s.empty() && s.back() == ' ') s.pop_back();
  return s;
}

std::string read_text(const fs::path& file) {
  std::error_code ec;
  require(fs::is_regular_file(file, ec), Kind::bad_input, "{}: no such model file", file.string());
  require(fs::file_size(file, ec) <= kLargest, Kind::bad_input,
          "{}: larger than {} MB, which no model is", file.string(), kLargest >> 20);
  std::ifstream in(file, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(in)), {});
}

std::string without_comments(std::string text) {
  for (size_t at = text.find("<!--"); at != std::string::npos; at = text.find("<!--", at)) {
    const size_t end = text.find("-->", at);
    text.erase(at, end == std::string::npos ? end : end + 3 - at);
  }
  return text;
}

/// The value of the attribute `file` of the tag that starts at `at`, or "".
std::string file_attribute(const std::string& text, size_t at) {
  const size_t end = text.find('>', at);
  size_t i = text.find("file", at);
  if (end == std::string::npos || i == std::string::npos || i > end) return {};
  i = text.find_first_of("\"'", i);
  if (i == std::string::npos || i > end) return {};
  const size_t close = text.find(text[i], i + 1);
  return close == std::string::npos ? std::string() : text.substr(i + 1, close - i - 1);
}

/// Models come from anywhere: what they include must lie beside them.
void check_includes(const fs::path& file, std::set<std::string>& seen) {
  require(seen.insert(file.filename().string()).second && seen.size() <= kMostIncludes,
          Kind::bad_input, "{}: included twice, or one of more than {} files", file.string(),
          kMostIncludes);
  const std::string text = without_comments(read_text(file));
  constexpr std::string_view kTag = "<include";
  for (size_t at = text.find(kTag); at != std::string::npos; at = text.find(kTag, at + 1)) {
    const std::string name = file_attribute(text, at);
    require(!name.empty() && fs::path(name).filename() == name, Kind::bad_input,
            "{}: includes '{}': a model may include only files of its own folder", file.string(),
            name);
    check_includes(file.parent_path() / name, seen);
  }
}

/// Removes what needs files that may not be here: only the tree is wanted. Bodies whose mass came
/// from a mesh then need a floor to compile.
void strip_meshes(mjSpec* spec) {
  for (mjsElement* e = mjs_firstElement(spec, mjOBJ_GEOM); e;) {
    mjsElement* next = mjs_nextElement(spec, e);
    const mjtGeom type = mjs_asGeom(e)->type;
    if (type == mjGEOM_MESH || type == mjGEOM_HFIELD || type == mjGEOM_SDF) mjs_delete(spec, e);
    e = next;
  }
  for (const mjtObj type : {mjOBJ_SKIN, mjOBJ_MESH, mjOBJ_MATERIAL, mjOBJ_TEXTURE, mjOBJ_HFIELD}) {
    while (mjsElement* e = mjs_firstElement(spec, type)) {
      if (mjs_delete(spec, e) != 0) break;
    }
  }
  for (mjsElement* e = mjs_firstElement(spec, mjOBJ_GEOM); e; e = mjs_nextElement(spec, e)) {
    mjs_setString(mjs_asGeom(e)->material, "");
  }
  spec->compiler.boundmass = 1e-6;
  spec->compiler.boundinertia = 1e-9;
}

Spec parse(const fs::path& file) {
  std::array<char, 1000> error{};
  Spec spec(mj_parseXML(file.c_str(), nullptr, error.data(), static_cast<int>(error.size())),
            mj_deleteSpec);
  require(spec != nullptr, Kind::bad_input, "{}: {}", file.string(), one_line(error.data()));
  // URDF would weld fixed links away; a foot is such a link
  spec->compiler.fusestatic = 0;
  return spec;
}

}  // namespace

void ModelDeleter::operator()(mjModel_* model) const {
  mj_deleteModel(model);
}

Compiled compile_model(const fs::path& file) {
  std::set<std::string> seen;
  check_includes(file, seen);
  Spec spec = parse(file);
  Compiled out;
  out.model.reset(mj_compile(spec.get(), nullptr));
  out.whole = out.model != nullptr;
  if (out.whole) return out;
  const std::string why = one_line(mjs_getError(spec.get()));
  spec = parse(file);
  strip_meshes(spec.get());
  out.model.reset(mj_compile(spec.get(), nullptr));
  require(out.model != nullptr, Kind::bad_input, "{}: {}", file.string(), why);
  return out;
}

}  // namespace motus::formats
