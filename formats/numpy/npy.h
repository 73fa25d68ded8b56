#pragma once
// NumPy's .npy, versions 1 to 3. The header is a Python literal; a small parser of its own reads
// it, nothing is evaluated. Facts:
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#include <vector>

#include "formats/format.h"
#include "motion/array.h"

namespace motus::formats {

struct NpyHeader {
  std::string descr;           ///< as stored: "<f4", ">f8", "|O"
  bool fortran_order = false;  ///< columns first
  std::vector<int64_t> shape;
  size_t data = 0;  ///< offset of the first byte after the header
};

/// Throws Error(bad_input) for anything but a well-formed header of a plain dtype, and for a shape
/// that `file_size` bytes cannot hold (0: as many as there are).
NpyHeader read_npy_header(Bytes bytes, size_t file_size = 0);

/// The array in C order and little-endian. Throws Error(bad_input) for object arrays, and for data
/// of another length than the shape says.
Array read_npy(Bytes bytes);

/// A version 1 file (2 where the header is long), data aligned to 64 bytes.
std::vector<std::byte> write_npy(const Array& array);

/// The header alone, for object arrays whose data is a pickle.
std::vector<std::byte> write_npy_header(const NpyHeader& header);

}  // namespace motus::formats
