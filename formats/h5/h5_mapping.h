#pragma once
// Files on disk as bytes, and their check sums.
#include <string>

#include "formats/format.h"

namespace motus::formats::h5 {

/// A file's bytes, mapped to be read. Throws Error(bad_input) if that cannot be.
class Mapping {
 public:
  Mapping() = default;
  explicit Mapping(const std::string& path);
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping();
  Bytes bytes() const { return bytes_; }

 private:
  Bytes bytes_;
};

/// Puts the check sum behind an HDF5 file that is closed.
void append_trailer(const std::string& path);

}  // namespace motus::formats::h5
