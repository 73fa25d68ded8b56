#pragma once
// motus::Array in and out of numbers and text.
#include <string>
#include <vector>

#include "motion/array.h"
#include "motion/clip.h"

namespace motus::formats {

/// Bytes per element of a plain dtype ("<f4" 4, "<U3" 12, "|S6" 6). Throws Error(bad_input) for
/// structured, object and unknown ones.
int64_t item_size(const std::string& descr);

/// prod(shape) * item size, every product checked against overflow and against `limit` bytes;
/// throws Error(bad_input).
int64_t byte_count(const std::vector<int64_t>& shape, int64_t item, int64_t limit);

/// `data` of dtype `descr` (any byte order) as a little-endian Array in C order. Throws
/// Error(bad_input) unless the data has exactly the length that the shape says.
Array make_array(const std::string& descr, std::vector<int64_t> shape, bool fortran_order,
                 std::vector<std::byte> data);

/// The data with columns first, as Fortran's arrays lie.
std::vector<std::byte> to_fortran_order(const Array& array);

/// Any numeric dtype.
bool is_numeric(const Array& array);

/// All elements as doubles, in C order. Throws Error(bad_input) unless numeric.
std::vector<double> to_doubles(const Array& array);

/// (F, product of the other axes). Throws Error(bad_input) naming `what` unless the array is
/// numeric and has at least one axis.
Frames to_frames(const Array& array, const std::string& what);

/// The only element. Throws Error(bad_input) naming `what`.
double to_number(const Array& array, const std::string& what);

/// Elements of "<U" and "|S" arrays, without NUL padding, as UTF-8.
std::vector<std::string> to_strings(const Array& array, const std::string& what);

/// Arrays of one dtype from numbers; shape (rows, cols), or `shape` of the same size.
Array f4_array(const Frames& data, std::vector<int64_t> shape = {});
Array f8_array(const Frames& data, std::vector<int64_t> shape = {});
/// Arrays of no axis: "<i8" and "<f8".
Array scalar_i8(int64_t value);
Array scalar_f8(double value);

/// "<Un" with n the longest.
Array string_array(const std::vector<std::string>& strings);

/// "(82, 15, 4)"
std::string shape_text(const std::vector<int64_t>& shape);

}  // namespace motus::formats
