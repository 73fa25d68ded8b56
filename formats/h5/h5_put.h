#pragma once
// Writing what the schema is made of: groups, attributes, texts, arrays of numbers. Throws
// Error(failed) naming what could not be written. Nothing carries a time stamp: equal clips give
// equal bytes.
#include <cstdint>

#include "formats/h5/h5_id.h"

namespace motus::formats::h5 {

Id make_group(hid_t parent, const std::string& name);
/// A group below `parent`, made with those above it where they are not there: "objects/box".
Id make_path(hid_t parent, const std::string& path);

void put_attr(hid_t object, const std::string& name, const std::string& value);
void put_attr(hid_t object, const std::string& name, double value);
void put_attr(hid_t object, const std::string& name, int64_t value);

/// Nothing for an empty list: an absent dataset is an empty list.
void put_texts(hid_t group, const std::string& name, const std::vector<std::string>& values);
/// As put_texts, with units "1".
void put_ints(hid_t group, const std::string& name, const std::vector<int>& values, hid_t type);
/// A dataset of `file_type` from memory of the same type: the bits are kept.
Id put_raw(hid_t group, const std::string& name, hid_t file_type, const Shape& shape,
           const void* data, bool compress);
/// put_raw for float64, with units; nothing for no rows.
void put_doubles(hid_t group, const std::string& name, const Shape& shape, const double* data,
                 const std::string& units);
/// Rows of doubles, as float32 if that loses nothing.
Id put_numbers(hid_t group, const std::string& name, const Shape& shape, const double* data,
               bool compress);

/// True if every number is one of float32 (or NaN).
bool fits_float(const double* data, size_t n);

/// A link name may hold neither '/' nor begin with '.'; the exact name stands in an attribute.
std::string link_name(const std::string& name);
/// "000012": ids of skeletons, clips and packs.
std::string number_name(size_t i);

}  // namespace motus::formats::h5
