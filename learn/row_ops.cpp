#include "learn/row_loops.h"

namespace motus::learn {

const RowOps kRowOpsPlain = table("SSE2");

const RowOps& row_ops() {
  static const RowOps& best = []() -> const RowOps& {
#ifdef __x86_64__
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
      return kRowOpsAvx512;
    if (__builtin_cpu_supports("avx2")) return kRowOpsAvx2;
#endif
    return kRowOpsPlain;
  }();
  return best;
}

}  // namespace motus::learn
