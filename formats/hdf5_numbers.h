#pragma once
// HDF5 files of other people: numbers by path, nothing else. Text is not read: HDF5 1.10 can crash on
// damaged text.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "formats/format.h"

namespace motus::formats {

class Hdf5Numbers {
 public:
  /// Throws Error(bad_input) for files that are cut off or damaged. `bytes` must outlive it. Holds
  /// the library's lock while it lives.
  explicit Hdf5Numbers(Bytes bytes);
  ~Hdf5Numbers();
  Hdf5Numbers(const Hdf5Numbers&) = delete;
  Hdf5Numbers& operator=(const Hdf5Numbers&) = delete;

  /// True if every part of "a/b/c" is there; links that lead elsewhere are not followed.
  bool has(const std::string& path) const;
  /// Names in a group; runs of digits count as numbers: "demo_2" before "demo_10".
  std::vector<std::string> names(const std::string& group) const;
  std::vector<int64_t> shape(const std::string& path) const;
  /// All numbers of a dataset, axes after the first flattened. Throws Error(bad_input) naming the
  /// path, also where it claims far more than the file could hold.
  Frames numbers(const std::string& path) const;
  /// A number that is an attribute of the object at `path` ("" = the root), if there.
  std::optional<double> attribute(const std::string& path, const std::string& name) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace motus::formats
