#pragma once
// Matrix products C = A B (or C += A B) of row-major floats: the learner's work.
//
// Two kernels out of LibTorch:
//   library   at::mm, that is MKL's sgemm in the wheel
//   brgemm    oneDNN's batch-reduce micro-kernels, called tile by tile; they need AVX-512. Nothing is
//             packed or allocated for a product, and what follows it (bias, ReLU, mask) is done on a tile
//             while it is in the first-level cache.
// Which one is used follows from the processor alone (brgemm where it runs and is as accurate as fp32
// must be), never from a race of timings: the same machine gives the same bits in every run.
//
// With bf16 the operands are rounded to bfloat16; sums stay fp32.
#include <cstdint>
#include <string>
#include <vector>

#include "learn/row_ops.h"

namespace motus::learn {

enum class Kernel { library, brgemm };
enum class Precision { fp32, bf16 };

struct Arithmetic {
  Kernel kernel = Kernel::library;
  Precision precision = Precision::fp32;
  bool operator==(const Arithmetic&) const = default;
};

/// As a checkpoint and the log name it: "mkl fp32", "onednn fp32", "onednn bf16".
std::string name_of(Arithmetic a);
/// Throws Error(bad_input) for a name that is none, Error(not_built) for one this machine cannot do.
Arithmetic arithmetic_from(const std::string& name);
/// The best of this machine. Throws Error(not_built) where bf16 needs instructions it does not have.
Arithmetic best_arithmetic(Precision precision);
/// All that this machine can do, checked against double.
std::vector<Arithmetic> available_arithmetic();

/// Speed and error of one kernel on this thread, measured in milliseconds of its CPU time.
struct KernelFigures {
  double gflops = 0;
  double error = 0;  ///< relative to the product in double, 2-norm
};
KernelFigures measure(Arithmetic a, int rows, int in, int out);

/// A factor as the kernel wants it: floats, bf16 (left), or pairs of bf16 (right).
struct Factor {
  const void* data = nullptr;
  int64_t stride = 0;
};

/// Largest tile of C that is finished before the next is begun.
constexpr int64_t kTile = 64;

/// C[m,n] = (add ? C : 0) + A[m,k] B[k,n] with brgemm; for bf16 k is rounded up to even and padded by 0.
void brgemm_tile(Precision p, int64_t m, int64_t n, int64_t k, const void* a, int64_t lda,
                 const void* b, int64_t ldb, float* c, int64_t ldc, bool add);
void library_product(int64_t m, int64_t n, int64_t k, const float* a, int64_t lda, const float* b,
                     int64_t ldb, float* c, int64_t ldc, bool add);

/// The product over tiles; after(tile, first row, first column) is called when a tile is done.
template <typename After>
void multiply(Arithmetic how, Factor a, int64_t k, Factor b, Block c, bool add, After after) {
  if (how.kernel == Kernel::library) {
    library_product(c.rows, c.width, k, static_cast<const float*>(a.data), a.stride,
                    static_cast<const float*>(b.data), b.stride, c.data, c.stride, add);
    after(c, 0, 0);
    return;
  }
  const bool half = how.precision == Precision::bf16;
  const int64_t left = half ? 2 : 4;  // bytes of an element of A; one of B is 4: a float or a pair
  const auto* pa = static_cast<const char*>(a.data);
  const auto* pb = static_cast<const char*>(b.data);
  for (int64_t j = 0; j < c.width; j += kTile) {
    for (int64_t i = 0; i < c.rows; i += kTile) {
      const Block tile{c.row(i) + j, i + kTile < c.rows ? kTile : c.rows - i,
                       j + kTile < c.width ? kTile : c.width - j, c.stride};
      brgemm_tile(how.precision, tile.rows, tile.width, k, pa + i * a.stride * left, a.stride,
                  pb + j * 4, b.stride, tile.data, c.stride, add);
      after(tile, i, j);
    }
  }
}
inline void multiply(Arithmetic how, Factor a, int64_t k, Factor b, Block c, bool add) {
  multiply(how, a, k, b, c, add, [](const Block&, int64_t, int64_t) {});
}

}  // namespace motus::learn
