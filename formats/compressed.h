#pragma once
// Compressed files of any format: gzip, zlib, bzip2, xz, lzma (joblib writes all of them) and lz4
// frames are unpacked before anything looks at the content.
#include <string>
#include <vector>

#include "formats/format.h"

namespace motus::formats {

struct Unpacked {
  std::vector<std::byte> bytes;  ///< empty where nothing was compressed
  std::vector<std::string> how;  ///< "gzip" ..., the outermost first; empty = not compressed
};

/// The content of compressed bytes, at most two layers deep. Throws Error(bad_input) for damaged,
/// shortened or prolonged data, for content of more than 200 times its stored size (16 MiB are
/// always allowed) or 4 GiB, and for zstd, which this build does not unpack.
Unpacked unpack(Bytes bytes);

/// "walk.bvh.gz" -> "walk.bvh": the name of the content after `layers` layers.
std::string unpacked_name(const std::string& name, size_t layers);

}  // namespace motus::formats
