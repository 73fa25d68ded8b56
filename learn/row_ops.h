#pragma once
// The loops over rows of numbers between the matrix products, compiled for several instruction sets; the
// widest that this processor has is taken. Every loop fixes the order of its sums, so that the bits are
// the same whichever is taken.
#include <cstdint>

namespace motus::learn {

/// Rows of `width` numbers, `stride` numbers apart.
template <typename T>
struct Rows2d {
  T* data = nullptr;
  int64_t rows = 0, width = 0, stride = 0;
  T* row(int64_t i) const { return data + i * stride; }
  operator Rows2d<const T>() const { return {data, rows, width, stride}; }
};
using Block = Rows2d<float>;
using ConstBlock = Rows2d<const float>;

/// One step of AdamW (decoupled decay) or Adam (decay in the gradient); bias corrections are given.
struct AdamStep {
  float rate = 0, beta1 = 0.9F, beta2 = 0.999F, epsilon = 1e-8F;
  float decay = 0;                         ///< decoupled: the parameter shrinks by rate * decay
  float l2 = 0;                            ///< added to the gradient, times the parameter
  float correction1 = 1, correction2 = 1;  ///< 1 - beta^t
};

struct RowOps {
  const char* name;
  /// y = relu(y + bias), or y + bias.
  void (*add_bias)(Block y, const float* bias, bool relu);
  /// u = 0 where h <= 0.
  void (*mask)(Block u, ConstBlock h);
  /// u_ij = s_i w_j where h_ij > 0, else 0; s = nullptr is one.
  void (*masked_outer)(Block u, ConstBlock h, const float* s, const float* w);
  /// y_i = h_i . w + bias
  void (*dots)(ConstBlock h, const float* w, float bias, float* y);
  /// squares_i = |g_i|^2
  void (*squares)(ConstBlock g, float* squares);
  /// g_ij *= 2 c_i
  void (*scale_rows)(Block g, const float* c);
  /// mixed = s_i h_ij + e_ij
  void (*mix)(Block mixed, ConstBlock h, const float* s, ConstBlock e);
  /// out_j += sum_i s_i h_ij; s = nullptr is one.
  void (*add_column_sums)(ConstBlock h, const float* s, float* out);
  /// to (width, rows) = from^T; to.stride >= from.rows
  void (*transpose)(ConstBlock from, Block to);
  /// Rounded to nearest even; the columns from from.width to to.width become 0.
  void (*to_bf16)(ConstBlock from, Rows2d<uint16_t> to);
  /// to (ceil(rows / 2), width) words, of which row p holds rows 2p (low half) and 2p + 1 (high half).
  void (*to_bf16_pairs)(ConstBlock from, Rows2d<uint32_t> to);
  /// sum += x, n numbers
  void (*add)(float* sum, const float* x, int64_t n);
  void (*adam)(float* p, const float* g, float* m, float* v, int64_t n, const AdamStep& step);
  /// velocity = momentum velocity + g + decay p, p -= rate velocity
  void (*sgd)(float* p, const float* g, float* velocity, int64_t n, float rate, float momentum,
              float decay);
  /// y = clamp((x - shift) scale, +-clip)
  void (*normalise)(ConstBlock x, const float* shift, const float* scale, float clip, float* y);
};

/// For this processor.
const RowOps& row_ops();

extern const RowOps kRowOpsPlain, kRowOpsAvx2, kRowOpsAvx512;

}  // namespace motus::learn
