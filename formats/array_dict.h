#pragma once
// Files that are a set of named arrays: an .npz, a pickled dict, or an .npy that holds such a dict.
#include <map>
#include <string>
#include <vector>

#include "formats/format.h"
#include "motion/array.h"

namespace motus::formats {

/// The numbers and texts of such a file by name; lists of numbers count as arrays, entries of a dict
/// within it are named "outer.inner". What is neither is left out.
class ArrayDict {
 public:
  /// Throws Error(bad_input) for files that are none.
  explicit ArrayDict(Bytes bytes);

  bool has(const std::string& name) const { return arrays.contains(name); }
  /// Throws Error(bad_input) naming those that are there.
  const Array& at(const std::string& name) const;
  /// The array, its shape (rows, columns); -1 stands for any length.
  const Array& at(const std::string& name, const std::vector<int64_t>& shape) const;
  /// The first of these that is there, or "".
  std::string first_of(std::initializer_list<const char*> names) const;

  std::map<std::string, Array> arrays;
};

/// True if the bytes are such a file and hold all of these names; cheap, never throws.
bool array_dict_has(Bytes bytes, std::initializer_list<std::string_view> names);

}  // namespace motus::formats
