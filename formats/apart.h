#pragma once
// Work in a process of its own, for libraries that were not written for hostile files. HDF5 1.10
// trusts some of the lengths that it finds in a file (text in the global heap above all) and can
// crash on damage or loop over it; Assimp is no better.
#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

#include "formats/format.h"

namespace motus::formats {

/// Who reads what in the child, for the message when that ends badly.
struct Reader {
  std::string_view file;     ///< "HDF5 file"
  std::string_view library;  ///< "the HDF5 library"
  std::string_view hint;     ///< what to try
};

inline constexpr Reader kHdf5{"HDF5 file", "the HDF5 library", "h5dump shows where"};

/// What `work` returns, computed in a forked child with limits on memory and processor time, which
/// follow from `input_size`. An Error thrown there is thrown here; a crash or a limit becomes
/// Error(bad_input).
std::vector<std::byte> in_child(const std::function<std::vector<std::byte>()>& work,
                                size_t input_size, const Reader& reader = kHdf5);

/// Clips that are read in a child, and what of `options` it heeded.
std::vector<Clip> clips_of_child(const std::function<std::vector<Clip>()>& work, size_t input_size,
                                 const ReadOptions& options, const Reader& reader = kHdf5);

}  // namespace motus::formats
