#pragma once
// Counts what this process allocates: operator new and posix_memalign (LibTorch's tensors) are replaced in
// allocations.cpp.
#include <cstdint>

namespace motus::tests {

class Allocations {
 public:
  Allocations() : start_(now()) {}
  /// Allocations of at least a kilobyte since construction, by any thread.
  int64_t large() const { return now() - start_; }

 private:
  static int64_t now();
  int64_t start_;
};

}  // namespace motus::tests
