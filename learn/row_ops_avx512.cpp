#include "learn/row_loops.h"

namespace motus::learn {
const RowOps kRowOpsAvx512 = table("AVX-512");
}  // namespace motus::learn
