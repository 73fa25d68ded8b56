#include "learn/row_loops.h"

namespace motus::learn {
const RowOps kRowOpsAvx2 = table("AVX2");
}  // namespace motus::learn
