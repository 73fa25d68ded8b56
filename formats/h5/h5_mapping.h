#pragma once
// Files on disk as bytes, and their check sums.
#include <string>

#include "formats/format.h"
#include "formats/h5/h5_emit.h"

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

/// Writes an image and its check sum to a file. Throws Error(failed).
void write_image(const std::string& path, const Image& image);

/// Puts the check sum behind an HDF5 file that is closed.
void append_trailer(const std::string& path);

}  // namespace motus::formats::h5
