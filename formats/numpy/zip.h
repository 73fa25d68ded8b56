#pragma once
// ZIP archives in memory. Reading goes by the central directory (local headers of NumPy's and
// Torch's files lie in three different ways) under limits; writing stores without compression and
// with fixed dates, so that equal content gives equal bytes.
#include <memory>
#include <string>
#include <vector>

#include "formats/format.h"

namespace motus::formats {

class ZipReader {
 public:
  /// Throws Error(bad_input) for a damaged directory, encrypted entries, absolute or ".." names,
  /// duplicates, and for entries that claim more than 200 times their stored size or 8 GiB
  /// together. `bytes` must outlive the reader.
  explicit ZipReader(Bytes bytes);
  ~ZipReader();
  ZipReader(const ZipReader&) = delete;
  ZipReader& operator=(const ZipReader&) = delete;

  const std::vector<std::string>& names() const;
  bool has(const std::string& name) const;
  /// Bytes of an entry when it is unpacked.
  size_t size(const std::string& name) const;
  /// An entry's content, its checksum verified.
  std::vector<std::byte> read(const std::string& name) const;
  /// The same without a copy where the entry is stored as it is: else it is unpacked into `own`,
  /// which the result then points to.
  Bytes view(const std::string& name, std::unique_ptr<std::byte[]>& own) const;
  /// The first bytes of an entry, at most `count`; nothing is verified.
  std::vector<std::byte> beginning(const std::string& name, size_t count) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct ZipEntry {
  std::string name;
  std::vector<std::byte> data;
};

/// The archive with the entries in the order given.
std::vector<std::byte> write_zip(const std::vector<ZipEntry>& entries);

}  // namespace motus::formats
