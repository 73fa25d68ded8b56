#pragma once
// A typed n-dimensional array as it lay in a file: kept so that a round trip returns equal bits.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace motus {

/// Row-major (C order) data with NumPy's type string: "<f4", "<f8", "<i8", "|b1", "<U19", "|S6" ...
struct Array {
  std::string descr;
  std::vector<int64_t> shape;   ///< empty = a scalar
  std::vector<std::byte> data;  ///< prod(shape) * item size bytes, little-endian

  int64_t size() const {
    int64_t n = 1;
    for (int64_t d : shape) n *= d;
    return n;
  }
  bool operator==(const Array&) const = default;
};

}  // namespace motus
