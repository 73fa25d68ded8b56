#include "learn/archive.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "motion/error.h"

namespace motus::learn {

namespace {

struct Name {
  Dtype dtype;
  const char* text;
  size_t size;
};
constexpr std::array<Name, 5> kNames{{{Dtype::f32, "F32", 4},
                                      {Dtype::f64, "F64", 8},
                                      {Dtype::i64, "I64", 8},
                                      {Dtype::u64, "U64", 8},
                                      {Dtype::u8, "U8", 1}}};

const Name& name_of(Dtype d) {
  for (const Name& n : kNames)
    if (n.dtype == d) return n;
  return kNames[0];
}

std::string reason() {
  return std::generic_category().message(errno);
}

}  // namespace

const std::string& Archive::word(const std::string& name) const {
  const auto it = words.find(name);
  require(it != words.end(), Kind::bad_input, "{}: '{}' is missing", place_, name);
  return it->second;
}

const ArchiveArray& Archive::find(const std::string& name, Dtype dtype) const {
  const auto it = arrays.find(name);
  require(it != arrays.end(), Kind::bad_input, "{}: '{}' is missing", place_, name);
  require(it->second.dtype == dtype, Kind::bad_input, "{}: '{}' is {}, expected {}", place_, name,
          name_of(it->second.dtype).text, name_of(dtype).text);
  return it->second;
}

void Archive::copy(const std::string& name, Dtype dtype, std::span<std::byte> out) const {
  const ArchiveArray& a = find(name, dtype);
  require(a.bytes.size() == out.size(), Kind::bad_input, "{}: '{}' has {} numbers, expected {}",
          place_, name, a.bytes.size() / name_of(dtype).size, out.size() / name_of(dtype).size);
  if (!out.empty()) std::memcpy(out.data(), a.bytes.data(), out.size());
}

std::vector<std::byte> Archive::bytes() const {
  nlohmann::json header = nlohmann::json::object();
  if (!words.empty()) header["__metadata__"] = words;
  size_t at = 0;
  for (const auto& [name, a] : arrays) {
    header[name] = {{"dtype", name_of(a.dtype).text},
                    {"shape", a.shape},
                    {"data_offsets", {at, at + a.bytes.size()}}};
    at += a.bytes.size();
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  std::vector<std::byte> out(8 + text.size() + at);
  const uint64_t length = text.size();
  for (size_t i = 0; i < 8; ++i) out[i] = static_cast<std::byte>(length >> (8 * i));
  std::memcpy(out.data() + 8, text.data(), text.size());
  size_t to = 8 + text.size();
  for (const auto& [name, a] : arrays) {
    if (!a.bytes.empty()) std::memcpy(out.data() + to, a.bytes.data(), a.bytes.size());
    to += a.bytes.size();
  }
  return out;
}

Archive Archive::parse(std::span<const std::byte> bytes, const std::string& place) {
  const auto refuse = [&](const std::string& why) {
    throw_error(Kind::bad_input, "{}: not a checkpoint ({})", place, why);
  };
  if (bytes.size() < 10) refuse("too short");
  uint64_t length = 0;
  for (size_t i = 0; i < 8; ++i) length |= static_cast<uint64_t>(bytes[i]) << (8 * i);
  if (length > bytes.size() - 8) refuse("its header ends beyond the file");
  const char* text = reinterpret_cast<const char*>(bytes.data()) + 8;
  const nlohmann::json header = nlohmann::json::parse(text, text + length, nullptr, false);
  if (!header.is_object()) refuse("its header is not JSON");
  Archive out;
  out.place_ = place;
  const std::span<const std::byte> data = bytes.subspan(8 + length);
  try {
    for (const auto& [name, entry] : header.items()) {
      if (name == "__metadata__") {
        out.words = entry.get<std::map<std::string, std::string>>();
        continue;
      }
      const std::string dtype = entry.at("dtype");
      const Name* known = nullptr;
      for (const Name& n : kNames)
        if (dtype == n.text) known = &n;
      if (!known) refuse(fmt::format("'{}' is of type {}", name, dtype));
      ArchiveArray a{known->dtype, entry.at("shape").get<std::vector<int64_t>>(), {}};
      const auto range = entry.at("data_offsets").get<std::array<uint64_t, 2>>();
      uint64_t count = known->size;
      for (const int64_t n : a.shape) count *= static_cast<uint64_t>(n);
      if (range[0] > range[1] || range[1] > data.size() || range[1] - range[0] != count) {
        refuse(fmt::format("'{}' does not fit: the file is cut short or damaged", name));
      }
      const auto part = data.subspan(range[0], range[1] - range[0]);
      a.bytes.assign(part.begin(), part.end());
      out.arrays[name] = std::move(a);
    }
  } catch (const nlohmann::json::exception& e) {
    refuse(e.what());
  }
  return out;
}

Archive Archive::load(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  require(in.good() && !std::filesystem::is_directory(file), Kind::bad_input,
          "{}: cannot be opened", file.string());
  const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
  return parse(std::as_bytes(std::span(bytes)), file.string());
}

void Archive::save(const std::filesystem::path& file) const {
  const std::vector<std::byte> all = bytes();
  write_whole(file, all);
}

void write_whole(const std::filesystem::path& file, std::span<const std::byte> bytes) {
  const std::string temporary = fmt::format("{}.tmp.{}", file.string(), getpid());
  const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  require(fd >= 0, Kind::failed, "{}: {}", file.string(), reason());
  bool good = true;
  for (std::span<const std::byte> rest = bytes; good && !rest.empty();) {
    const ssize_t n = write(fd, rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    good = n >= 0;
    if (good) rest = rest.subspan(static_cast<size_t>(n));
  }
  good = good && fsync(fd) == 0;
  const std::string why = good ? "" : reason();
  close(fd);
  if (good && std::rename(temporary.c_str(), file.c_str()) == 0) return;
  const std::string say = good ? reason() : why;
  unlink(temporary.c_str());
  throw_error(Kind::failed, "{}: {}", file.string(), say);
}

void write_whole(const std::filesystem::path& file, const std::string& text) {
  write_whole(file, std::as_bytes(std::span(text)));
}

}  // namespace motus::learn
