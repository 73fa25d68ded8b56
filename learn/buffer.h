#pragma once
// Memory for numbers, zero at the start, on a cache line's boundary: kernels are fastest there and give
// the same bits wherever the system puts it. And how far apart the rows of a working matrix lie.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace motus::learn {

/// A multiple of 16 floats (64 bytes) at least `width` wide, but none of 256 bytes: rows a power of two
/// apart would share the few places of the first-level cache that belong to their address.
constexpr int64_t spread(int64_t width) {
  const int64_t rounded = (width + 15) / 16 * 16;
  return rounded % 64 == 0 ? rounded + 16 : rounded;
}

template <typename T>
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(int64_t count) {
    const size_t bytes = (static_cast<size_t>(count) * sizeof(T) + kLine - 1) / kLine * kLine;
    data_.reset(static_cast<T*>(std::aligned_alloc(kLine, bytes ? bytes : kLine)));
    if (!data_) throw std::bad_alloc();
    std::memset(data_.get(), 0, bytes);
  }
  T* data() const { return data_.get(); }

 private:
  static constexpr size_t kLine = 64;
  struct Free {
    void operator()(T* p) const { std::free(p); }
  };
  std::unique_ptr<T[], Free> data_;
};

}  // namespace motus::learn
