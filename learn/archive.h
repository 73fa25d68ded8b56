#pragma once
// Named arrays and words in one file, in the safetensors layout: 8 bytes little-endian header
// length, a JSON header {"name": {dtype, shape, data_offsets}, "__metadata__": {...}}, then the raw
// numbers. Anything that reads safetensors reads a checkpoint. Entries are sorted by name, so equal
// content is equal bytes.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace motus::learn {

enum class Dtype { f32, f64, i64, u64, u8 };

struct ArchiveArray {
  Dtype dtype = Dtype::f32;
  std::vector<int64_t> shape;
  std::vector<std::byte> bytes;
};

class Archive {
 public:
  std::map<std::string, std::string> words;
  std::map<std::string, ArchiveArray> arrays;

  template <typename T>
  void put(const std::string& name, std::span<const T> values, std::vector<int64_t> shape = {}) {
    if (shape.empty()) shape = {static_cast<int64_t>(values.size())};
    ArchiveArray a{dtype_of<T>(), std::move(shape), {}};
    a.bytes.resize(values.size_bytes());
    if (!values.empty()) std::memcpy(a.bytes.data(), values.data(), values.size_bytes());
    arrays[name] = std::move(a);
  }
  /// Copies an array out. Throws Error(bad_input) if it is missing, of another type or another
  /// size.
  template <typename T>
  void get(const std::string& name, std::span<T> out) const {
    copy(name, dtype_of<T>(), std::as_writable_bytes(out));
  }
  /// An array of any length.
  template <typename T>
  std::vector<T> get(const std::string& name) const {
    const ArchiveArray& a = find(name, dtype_of<T>());
    std::vector<T> out(a.bytes.size() / sizeof(T));
    if (!out.empty()) std::memcpy(out.data(), a.bytes.data(), a.bytes.size());
    return out;
  }
  const std::string& word(const std::string& name) const;
  /// The file that errors name.
  void set_place(const std::string& place) { place_ = place; }

  std::vector<std::byte> bytes() const;
  /// Throws Error(bad_input) naming `place` for bytes that are not such a file.
  static Archive parse(std::span<const std::byte> bytes, const std::string& place);
  static Archive load(const std::filesystem::path& file);
  /// Writes a temporary beside the file, syncs, renames.
  void save(const std::filesystem::path& file) const;

 private:
  template <typename T>
  static constexpr Dtype dtype_of() {
    if constexpr (std::is_same_v<T, float>)
      return Dtype::f32;
    else if constexpr (std::is_same_v<T, double>)
      return Dtype::f64;
    else if constexpr (std::is_same_v<T, int64_t>)
      return Dtype::i64;
    else if constexpr (std::is_same_v<T, uint64_t>)
      return Dtype::u64;
    else
      return Dtype::u8;
  }
  const ArchiveArray& find(const std::string& name, Dtype dtype) const;
  void copy(const std::string& name, Dtype dtype, std::span<std::byte> out) const;
  std::string place_ = "checkpoint";
};

/// Writes all bytes to a temporary beside `file`, syncs and renames: the file is whole or not
/// there.
void write_whole(const std::filesystem::path& file, std::span<const std::byte> bytes);
void write_whole(const std::filesystem::path& file, const std::string& text);

}  // namespace motus::learn
