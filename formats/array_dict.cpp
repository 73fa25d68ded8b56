#include "formats/array_dict.h"

#include <algorithm>

#include "formats/bytes.h"
#include "formats/numpy/arrays.h"
#include "formats/numpy/npz.h"
#include "formats/pickle/pickle.h"

namespace motus::formats {

namespace {

constexpr Kind kBad = Kind::bad_input;
constexpr std::string_view kZip = "PK\3\4", kNpy = "\x93NUMPY";

/// A text as an array of no axis.
Array text_array(const std::string& text) {
  Array a = string_array({text});
  a.shape.clear();
  return a;
}

void add(std::map<std::string, Array>& out, const std::string& name, const Value& v, int depth) {
  switch (v.kind()) {
    case ValueKind::boolean:
    case ValueKind::integer:
      out[name] = scalar_i8(v.raw_integer());
      return;
    case ValueKind::real:
      out[name] = scalar_f8(v.raw_real());
      return;
    case ValueKind::text:
    case ValueKind::bytes:
      out[name] = text_array(v.raw_string());
      return;
    case ValueKind::dict:
      if (depth > 1) return;
      for (const auto& [key, value] : v.raw_dict().entries) {
        if (key.is(ValueKind::text)) {
          add(out, name.empty() ? key.raw_string() : name + "." + key.raw_string(), value,
              depth + 1);
        }
      }
      return;
    case ValueKind::array:
      if (!v.raw_array().objects) {
        out[name] = v.raw_array().array;
        return;
      }
      [[fallthrough]];
    case ValueKind::list:
    case ValueKind::tuple: {
      const List& items = v.is(ValueKind::array) ? v.raw_array().items : v.raw_list();
      const bool texts =
          !items.empty() && std::all_of(items.begin(), items.end(),
                                        [](const Value& i) { return i.is(ValueKind::text); });
      if (texts) {
        std::vector<std::string> names;
        for (const Value& i : items) names.push_back(i.raw_string());
        out[name] = string_array(names);
        return;
      }
      try {
        out[name] = numeric_array(v, name);
      } catch (const Error&) {  // a list of something else says nothing about the motion
      }
      return;
    }
    default:
      return;
  }
}

void add_pickle(std::map<std::string, Array>& out, Bytes bytes) {
  const Pickle pickle = Pickle::parse(bytes);
  Value root = pickle.root();
  // np.save wraps a dict in an array of no axis
  if (root.is(ValueKind::array) && root.raw_array().objects && root.raw_array().items.size() == 1) {
    root = root.raw_array().items[0];
  }
  require(root.is(ValueKind::dict), kBad, "holds {}, expected a dict", kind_text(root.kind()));
  add(out, "", root, 0);
}

}  // namespace

ArrayDict::ArrayDict(Bytes bytes) {
  if (starts_with(bytes, kZip)) {
    const Npz npz(bytes);
    for (const std::string& name : npz.names()) {
      if (npz.header(name).descr != "|O") arrays[name] = npz.array(name);
    }
  } else if (starts_with(bytes, kNpy)) {
    const NpyHeader header = read_npy_header(bytes);
    require(header.descr == "|O", kBad, "is one array of '{}', expected a dict", header.descr);
    add_pickle(arrays, bytes.subspan(header.data));
  } else {
    require(looks_like_pickle(bytes), kBad, "is neither an npz nor a pickle");
    add_pickle(arrays, bytes);
  }
}

const Array& ArrayDict::at(const std::string& name) const {
  const auto it = arrays.find(name);
  if (it != arrays.end()) return it->second;
  std::string there;
  for (const auto& [key, array] : arrays) {
    if (there.size() > 200) break;
    there += (there.empty() ? "" : ", ") + key;
  }
  throw_error(kBad, "has no '{}' (it has {})", name, there.empty() ? "nothing" : there);
}

const Array& ArrayDict::at(const std::string& name, const std::vector<int64_t>& shape) const {
  const Array& a = at(name);
  bool fits = a.shape.size() == shape.size() && is_numeric(a);
  for (size_t i = 0; fits && i < shape.size(); ++i) fits = shape[i] < 0 || shape[i] == a.shape[i];
  std::string want = shape_text(shape);
  for (size_t i; (i = want.find("-1")) != want.npos;) want.replace(i, 2, "any");
  require(fits, kBad, "{} has shape {} of '{}', expected numbers {}", name, shape_text(a.shape),
          a.descr, want);
  return a;
}

std::string ArrayDict::first_of(std::initializer_list<const char*> names) const {
  for (const char* name : names) {
    if (has(name)) return name;
  }
  return "";
}

bool array_dict_has(Bytes bytes, std::initializer_list<std::string_view> names) {
  if (starts_with(bytes, kZip)) return npz_has(bytes, names);
  if (!starts_with(bytes, kNpy) && !looks_like_pickle(bytes)) return false;
  const std::string_view text = as_text(bytes);
  return std::all_of(names.begin(), names.end(),
                     [&](std::string_view n) { return text.find(n) != std::string_view::npos; });
}

}  // namespace motus::formats
