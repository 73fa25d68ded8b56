#include "tests/learn/allocations.h"

#include <dlfcn.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<int64_t> large_ones{0};

void count(size_t bytes) {
  if (bytes >= 1024) ++large_ones;
}

}  // namespace

namespace motus::tests {

int64_t Allocations::now() {
  return large_ones;
}

}  // namespace motus::tests

extern "C" int posix_memalign(void** out, size_t alignment, size_t bytes) noexcept {
  using Function = int (*)(void**, size_t, size_t);
  static const auto next = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "posix_memalign"));
  count(bytes);
  return next(out, alignment, bytes);
}

void* operator new(size_t bytes) {
  count(bytes);
  void* p = std::malloc(bytes ? bytes : 1);
  if (!p) throw std::bad_alloc();
  return p;
}
void operator delete(void* p) noexcept {
  std::free(p);
}
void operator delete(void* p, size_t) noexcept {
  std::free(p);
}
