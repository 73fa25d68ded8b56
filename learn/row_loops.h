#pragma once
// The loops of row_ops.h. Included once by each row_ops_*.cpp, which differ in the instruction set they
// are compiled for: everything is local to the file.
#include <bit>
#include <cmath>
#include <cstring>

#include "learn/row_ops.h"

namespace motus::learn {
namespace {

constexpr int64_t kLanes = 16;  ///< partial sums of a dot product: the width of the widest register

void add_bias(Block y, const float* bias, bool relu) {
  const float floor = relu ? 0.0F : -INFINITY;
  for (int64_t i = 0; i < y.rows; ++i) {
    float* row = y.row(i);
    for (int64_t j = 0; j < y.width; ++j) {
      const float v = row[j] + bias[j];
      row[j] = v < floor ? floor : v;  // a NaN stays
    }
  }
}

void mask(Block u, ConstBlock h) {
  for (int64_t i = 0; i < u.rows; ++i) {
    float* row = u.row(i);
    const float* at = h.row(i);
    for (int64_t j = 0; j < u.width; ++j) row[j] = at[j] > 0 ? row[j] : 0.0F;
  }
}

void masked_outer(Block u, ConstBlock h, const float* s, const float* w) {
  for (int64_t i = 0; i < u.rows; ++i) {
    float* row = u.row(i);
    const float* at = h.row(i);
    const float scale = s ? s[i] : 1.0F;
    for (int64_t j = 0; j < u.width; ++j) {
      const float v = scale * w[j];
      row[j] = at[j] > 0 ? v : 0.0F;
    }
  }
}

/// sum_j a_j b_j in kLanes partial sums, then those in order.
float dot(const float* a, const float* b, int64_t n) {
  float lane[kLanes] = {};
  int64_t j = 0;
  for (; j + kLanes <= n; j += kLanes)
    for (int64_t l = 0; l < kLanes; ++l) lane[l] += a[j + l] * b[j + l];
  for (int64_t l = 0; j < n; ++j, ++l) lane[l] += a[j] * b[j];
  float sum = 0;
  for (const float x : lane) sum += x;
  return sum;
}

void dots(ConstBlock h, const float* w, float bias, float* y) {
  for (int64_t i = 0; i < h.rows; ++i) y[i] = dot(h.row(i), w, h.width) + bias;
}

void squares(ConstBlock g, float* out) {
  for (int64_t i = 0; i < g.rows; ++i) out[i] = dot(g.row(i), g.row(i), g.width);
}

void scale_rows(Block g, const float* c) {
  for (int64_t i = 0; i < g.rows; ++i) {
    float* row = g.row(i);
    const float scale = 2 * c[i];
    for (int64_t j = 0; j < g.width; ++j) row[j] *= scale;
  }
}

void mix(Block mixed, ConstBlock h, const float* s, ConstBlock e) {
  for (int64_t i = 0; i < mixed.rows; ++i) {
    float* row = mixed.row(i);
    const float* at = h.row(i);
    const float* add = e.row(i);
    for (int64_t j = 0; j < mixed.width; ++j) row[j] = s[i] * at[j] + add[j];
  }
}

void add_column_sums(ConstBlock h, const float* s, float* out) {
  for (int64_t i = 0; i < h.rows; ++i) {
    const float* at = h.row(i);
    const float scale = s ? s[i] : 1.0F;
    for (int64_t j = 0; j < h.width; ++j) out[j] += scale * at[j];
  }
}

#ifdef __AVX512F__
using Wide = float __attribute__((vector_size(64), aligned(4)));

/// One of four rounds: rows i and i + 8 interleaved. After four a 16 x 16 tile is transposed.
void interleave(const Wide (&a)[16], Wide (&b)[16]) {
  for (int i = 0; i < 8; ++i) {
    b[2 * i] = __builtin_shufflevector(a[i], a[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6,
                                       22, 7, 23);
    b[2 * i + 1] = __builtin_shufflevector(a[i], a[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13,
                                           29, 14, 30, 15, 31);
  }
}

void transpose_tile(const float* from, int64_t stride, float* to, int64_t to_stride) {
  Wide a[16], b[16];
  for (int64_t i = 0; i < 16; ++i) std::memcpy(&a[i], from + i * stride, sizeof(Wide));
  interleave(a, b);
  interleave(b, a);
  interleave(a, b);
  interleave(b, a);
  for (int64_t i = 0; i < 16; ++i) std::memcpy(to + i * to_stride, &a[i], sizeof(Wide));
}
#else
void transpose_tile(const float* from, int64_t stride, float* to, int64_t to_stride) {
  for (int64_t j = 0; j < 16; ++j)
    for (int64_t i = 0; i < 16; ++i)
      std::memcpy(to + j * to_stride + i, from + i * stride + j, sizeof(float));
}
#endif

void transpose(ConstBlock from, Block to) {
  for (int64_t i = 0; i < from.rows; i += 16) {
    for (int64_t j = 0; j < from.width; j += 16) {
      if (i + 16 <= from.rows && j + 16 <= from.width) {
        transpose_tile(from.row(i) + j, from.stride, to.row(j) + i, to.stride);
        continue;
      }
      // copied as bytes: a pair of bf16 may look like any float
      const int64_t rows = i + 16 < from.rows ? i + 16 : from.rows;
      const int64_t width = j + 16 < from.width ? j + 16 : from.width;
      for (int64_t c = j; c < width; ++c)
        for (int64_t r = i; r < rows; ++r)
          std::memcpy(to.row(c) + r, from.row(r) + c, sizeof(float));
    }
  }
}

uint32_t bf16(float x) {
  const uint32_t bits = std::bit_cast<uint32_t>(x);
  const uint32_t rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
  return (bits & 0x7FFFFFFF) > 0x7F800000 ? 0x7FC0 : rounded;  // a NaN stays one
}

void to_bf16(ConstBlock from, Rows2d<uint16_t> to) {
  for (int64_t i = 0; i < from.rows; ++i) {
    const float* at = from.row(i);
    uint16_t* row = to.row(i);
    for (int64_t j = 0; j < from.width; ++j) row[j] = static_cast<uint16_t>(bf16(at[j]));
    for (int64_t j = from.width; j < to.width; ++j) row[j] = 0;
  }
}

void to_bf16_pairs(ConstBlock from, Rows2d<uint32_t> to) {
  for (int64_t i = 0; i + 1 < from.rows; i += 2) {
    const float *low = from.row(i), *high = from.row(i + 1);
    uint32_t* row = to.row(i / 2);
    for (int64_t j = 0; j < from.width; ++j) row[j] = bf16(low[j]) | bf16(high[j]) << 16;
  }
  if (from.rows % 2 == 0) return;
  const float* low = from.row(from.rows - 1);
  uint32_t* row = to.row(from.rows / 2);
  for (int64_t j = 0; j < from.width; ++j) row[j] = bf16(low[j]);
}

void add(float* sum, const float* x, int64_t n) {
  for (int64_t i = 0; i < n; ++i) sum[i] += x[i];
}

void adam(float* p, const float* g, float* m, float* v, int64_t n, const AdamStep& step) {
  const AdamStep s = step;
  const float keep = 1 - s.rate * s.decay;
  const float step_size = s.rate / s.correction1;
  const float root = 1 / std::sqrt(s.correction2);
  for (int64_t i = 0; i < n; ++i) {
    const float slope = g[i] + s.l2 * p[i];
    m[i] = s.beta1 * m[i] + (1 - s.beta1) * slope;
    v[i] = s.beta2 * v[i] + (1 - s.beta2) * (slope * slope);
    p[i] = keep * p[i] - step_size * m[i] / (std::sqrt(v[i]) * root + s.epsilon);
  }
}

void sgd(float* p, const float* g, float* velocity, int64_t n, float rate, float momentum,
         float decay) {
  for (int64_t i = 0; i < n; ++i) {
    velocity[i] = momentum * velocity[i] + (g[i] + decay * p[i]);
    p[i] -= rate * velocity[i];
  }
}

void normalise(ConstBlock x, const float* shift, const float* scale, float clip, float* y) {
  for (int64_t i = 0; i < x.rows; ++i) {
    const float* at = x.row(i);
    float* row = y + i * x.width;
    for (int64_t j = 0; j < x.width; ++j) {
      const float v = (at[j] - shift[j]) * scale[j];
      row[j] = v < -clip ? -clip : (v > clip ? clip : v);
    }
  }
}

constexpr RowOps table(const char* name) {
  return {name, add_bias,        mask,      masked_outer, dots,          squares, scale_rows,
          mix,  add_column_sums, transpose, to_bf16,      to_bf16_pairs, add,     adam,
          sgd,  normalise};
}

}  // namespace
}  // namespace motus::learn
