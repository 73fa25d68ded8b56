#include "formats/scene/gltf_file.h"

#include <array>
#include <cmath>
#include <cstdint>

#include "formats/bytes.h"
#include "motion/error.h"

namespace motus::formats::gltf {

namespace {

constexpr size_t kMostDepth = 64;
constexpr size_t kMostNumbers = 100'000'000;
constexpr size_t kMostBytes = size_t{4} << 30;

/// Bytes of standard base64 text.
std::vector<std::byte> decode_base64(std::string_view text, const std::string& where) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<int8_t, 256> value{};
  value.fill(-1);
  for (size_t i = 0; i < kLetters.size(); ++i) {
    value[static_cast<unsigned char>(kLetters[i])] = static_cast<int8_t>(i);
  }
  std::vector<std::byte> out;
  out.reserve(text.size() / 4 * 3);
  uint32_t bits = 0;
  int held = 0;
  while (text.ends_with('=')) text.remove_suffix(1);
  for (const char c : text) {
    const int v = value[static_cast<unsigned char>(c)];
    require(v >= 0, Kind::bad_input, "{}: not base64", where);
    bits = (bits << 6) | static_cast<uint32_t>(v);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out.push_back(static_cast<std::byte>(bits >> held & 255));
  }
  return out;
}

/// "%20" and its like, as URIs have them.
std::string unescape(std::string_view uri) {
  std::string out;
  for (size_t i = 0; i < uri.size(); ++i) {
    const auto digit = [&](size_t k) {
      const char c = k < uri.size() ? uri[k] : '\0';
      if (c >= '0' && c <= '9') return c - '0';
      const int low = c | 32;
      return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
    };
    if (uri[i] == '%' && digit(i + 1) >= 0 && digit(i + 2) >= 0) {
      out += static_cast<char>(16 * digit(i + 1) + digit(i + 2));
      i += 2;
    } else {
      out += uri[i];
    }
  }
  return out;
}

struct Component {
  size_t size;
  double scale;  ///< of a normalized integer
};

Component component_of(int type, const std::string& where) {
  switch (type) {
    case 5120:
      return {1, 127};
    case 5121:
      return {1, 255};
    case 5122:
      return {2, 32767};
    case 5123:
      return {2, 65535};
    case 5125:
      return {4, 4294967295.0};
    case 5126:
      return {4, 1};
    default:
      throw_error(Kind::bad_input, "{}: unknown component type {}", where, type);
  }
}

template <typename T>
double number_at(const std::byte* p) {
  T value;
  std::memcpy(&value, p, sizeof value);
  return static_cast<double>(value);
}

double component_at(const std::byte* p, int type) {
  switch (type) {
    case 5120:
      return number_at<int8_t>(p);
    case 5121:
      return number_at<uint8_t>(p);
    case 5122:
      return number_at<int16_t>(p);
    case 5123:
      return number_at<uint16_t>(p);
    case 5125:
      return number_at<uint32_t>(p);
    default:
      return number_at<float>(p);
  }
}

int components_of(const std::string& type, const std::string& where) {
  constexpr std::array<std::pair<std::string_view, int>, 5> kTypes = {
      {{"SCALAR", 1}, {"VEC2", 2}, {"VEC3", 3}, {"VEC4", 4}, {"MAT4", 16}}};
  for (const auto& [name, n] : kTypes) {
    if (type == name) return n;
  }
  throw_error(Kind::bad_input, "{}: type is '{}', expected SCALAR, VEC2, VEC3, VEC4 or MAT4", where,
              type);
}

/// obj[key] as a whole number of bytes or items, `fallback` where it is missing.
size_t size_at(const json& obj, const char* key, size_t fallback, const std::string& where) {
  const auto at = obj.find(key);
  if (at == obj.end()) return fallback;
  require(at->is_number_unsigned() && at->get<uint64_t>() <= kMostBytes, Kind::bad_input,
          "{}: {} is {}, expected a size", where, key, at->dump());
  return at->get<size_t>();
}

}  // namespace

size_t index_of(const json& obj, const char* key, size_t size, const std::string& where,
                size_t none) {
  const auto at = obj.find(key);
  if (at == obj.end()) return none;
  require(at->is_number_unsigned() && at->get<uint64_t>() < size, Kind::bad_input,
          "{}: {} is {}, expected one of {}", where, key, at->dump(), size);
  return at->get<size_t>();
}

std::string text_of(const json& obj, const char* key) {
  const auto at = obj.find(key);
  return at != obj.end() && at->is_string() ? at->get<std::string>() : "";
}

std::vector<double> numbers_of(const json& obj, const char* key, size_t n,
                               const std::string& where) {
  const auto at = obj.find(key);
  if (at == obj.end()) return {};
  bool good = at->is_array() && at->size() == n;
  std::vector<double> out;
  for (size_t i = 0; good && i < n; ++i) {
    good = (*at)[i].is_number() && std::isfinite((*at)[i].get<double>());
    if (good) out.push_back((*at)[i].get<double>());
  }
  require(good, Kind::bad_input, "{}: {} is not {} finite numbers", where, key, n);
  return out;
}

File::File(Bytes bytes, const ReadOptions& options) {
  if (starts_with(bytes, "glTF")) {
    read_glb(bytes);
  } else {
    parse(as_text(bytes));
  }
  require(root_.is_object(), Kind::bad_input, "is no glTF: expected a JSON object");
  const json& asset = root_.contains("asset") ? root_["asset"] : json::object();
  const std::string version = asset.is_object() ? text_of(asset, "version") : "";
  require(version.starts_with("2."), Kind::bad_input,
          "is glTF version '{}', expected 2.x: export it again from the tool that made it",
          version);
  const json& buffers = list("buffers");
  owned_.resize(buffers.size());
  for (size_t i = 0; i < buffers.size(); ++i) {
    const std::string where = fmt::format("buffer {}", i);
    const json& b = buffers[i];
    require(b.is_object(), Kind::bad_input, "{}: expected an object", where);
    if (i == 0 && glb_ && !b.contains("uri")) {
      buffers_.push_back(chunk_);
    } else {
      owned_[i] = load(b, i, options);
      buffers_.emplace_back(owned_[i]);
    }
    const size_t length = size_at(b, "byteLength", 0, where);
    require(buffers_[i].size() >= length, Kind::bad_input, "{}: expected {} bytes, found {}", where,
            length, buffers_[i].size());
  }
}

const json& File::list(const char* key) const {
  static const json kNone = json::array();
  const auto at = root_.find(key);
  if (at == root_.end()) return kNone;
  require(at->is_array(), Kind::bad_input, "{} is no list", key);
  for (size_t i = 0; i < at->size(); ++i) {
    require((*at)[i].is_object(), Kind::bad_input, "{}[{}] is no object", key, i);
  }
  return *at;
}

void File::read_glb(Bytes bytes) {
  ByteReader in(bytes, 4);
  glb_ = true;
  const auto version = in.read<uint32_t>();
  require(version == 2, Kind::bad_input,
          "is a GLB of version {}, expected 2: export it again from the tool that made it",
          version);
  const auto length = in.read<uint32_t>();
  require(length <= bytes.size(), Kind::bad_input, "says {} bytes, found {}: cut short", length,
          bytes.size());
  bool has_json = false;
  for (size_t chunk = 0; in.offset() + 8 <= length; ++chunk) {
    const auto size = in.read<uint32_t>();
    const auto type = in.read<uint32_t>();
    require(size <= length - in.offset(), Kind::bad_input,
            "chunk {} says {} bytes, {} are left of the file", chunk, size, length - in.offset());
    const Bytes data = in.take(size);
    if (type == 0x4e4f534a && !has_json) {
      parse(as_text(data));
      has_json = true;
    } else if (type == 0x004e4942 && chunk_.empty()) {
      chunk_ = data;
    }
  }
  require(has_json, Kind::bad_input, "is a GLB without a JSON chunk");
}

void File::parse(std::string_view text) {
  try {
    root_ = json::parse(text, [](int depth, json::parse_event_t, json&) {
      require(depth <= static_cast<int>(kMostDepth), Kind::bad_input,
              "JSON is nested deeper than {}", kMostDepth);
      return true;
    });
  } catch (const json::exception& e) {
    std::string why = e.what();  // "[json.exception.parse_error.101] parse error at line 1, ..."
    if (const size_t at = why.find("] "); at != std::string::npos) why = why.substr(at + 2);
    throw_error(Kind::bad_input, "is no JSON: {}", why);
  }
}

std::vector<std::byte> File::load(const json& buffer, size_t index,
                                  const ReadOptions& options) const {
  const std::string where = fmt::format("buffer {}", index);
  const std::string uri = text_of(buffer, "uri");
  require(!uri.empty(), Kind::bad_input, "{}: has no data", where);
  if (uri.starts_with("data:")) {
    const size_t comma = uri.find(";base64,");
    require(comma != std::string::npos, Kind::bad_input, "{}: data URI is not base64", where);
    return decode_base64(std::string_view(uri).substr(comma + 8), where);
  }
  const std::string name = unescape(uri);
  const bool plain = name.find_first_of(std::string_view("/\\:\0", 4)) == std::string::npos &&
                     name != "." && name != "..";
  require(plain, Kind::bad_input, "{}: '{}' is not the name of a file beside this one", where, uri);
  if (!options.sibling) {
    throw Error(Kind::bad_input,
                fmt::format("{}: is in the file '{}' beside this one", where, name),
                "stdin has no neighbours: name the file, or pack it into one .glb");
  }
  return options.sibling(name);
}

Bytes File::view(size_t index, size_t& stride) const {
  const std::string where = fmt::format("bufferView {}", index);
  const json& v = list("bufferViews")[index];
  if (v.contains("extensions") && v["extensions"].contains("EXT_meshopt_compression")) {
    throw Error(Kind::bad_input, where + ": is compressed by meshopt, which is not read",
                "export it without compression");
  }
  const size_t b = index_of(v, "buffer", buffers_.size(), where);
  require(b != std::string::npos, Kind::bad_input, "{}: has no buffer", where);
  const size_t offset = size_at(v, "byteOffset", 0, where);
  const size_t length = size_at(v, "byteLength", 0, where);
  stride = size_at(v, "byteStride", 0, where);
  require(offset <= buffers_[b].size() && length <= buffers_[b].size() - offset, Kind::bad_input,
          "{}: bytes {} to {} of a buffer of {}", where, offset, offset + length,
          buffers_[b].size());
  return buffers_[b].subspan(offset, length);
}

File::Numbers File::numbers(size_t index) const {
  const std::string where = fmt::format("accessor {}", index);
  const json& a = list("accessors")[index];
  require(!a.contains("sparse"), Kind::bad_input, "{}: is sparse, which is not read for animation",
          where);
  Numbers out;
  out.components = components_of(text_of(a, "type"), where);
  out.count = size_at(a, "count", 0, where);
  const auto n = static_cast<size_t>(out.components);
  const size_t type_number = size_at(a, "componentType", 0, where);
  const int type = static_cast<int>(std::min<size_t>(type_number, 1 << 20));
  const Component c = component_of(type, where);
  const size_t at = index_of(a, "bufferView", list("bufferViews").size(), where);
  require(at != std::string::npos, Kind::bad_input, "{}: has no bufferView", where);
  size_t stride = 0;
  const Bytes bytes = view(at, stride);
  if (stride == 0) stride = n * c.size;
  const size_t offset = size_at(a, "byteOffset", 0, where);
  require(out.count == 0 || (offset <= bytes.size() && n * c.size <= bytes.size() - offset &&
                             (out.count - 1) <= (bytes.size() - offset - n * c.size) / stride),
          Kind::bad_input, "{}: {} items of {} bytes do not fit into its view of {}", where,
          out.count, stride, bytes.size());
  decoded_ += out.count * n;
  require(decoded_ <= kMostNumbers, Kind::bad_input, "{}: holds more than {} numbers", where,
          kMostNumbers);
  const bool fraction = a.contains("normalized") && a["normalized"] == true && type != 5126;
  out.values.reserve(out.count * n);
  for (size_t i = 0; i < out.count; ++i) {
    for (size_t k = 0; k < n; ++k) {
      double v = component_at(bytes.data() + offset + i * stride + k * c.size, type);
      if (fraction) v = std::max(v / c.scale, -1.0);
      require(std::isfinite(v), Kind::bad_input, "{}: item {} is {}", where, i, v);
      out.values.push_back(v);
    }
  }
  return out;
}

}  // namespace motus::formats::gltf
