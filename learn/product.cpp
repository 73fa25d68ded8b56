#include "learn/product.h"

#include <ATen/native/CPUBlas.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/mm.h>

#include <array>
#include <cmath>
#include <ctime>
#include <utility>

#include "learn/rng.h"
#include "motion/error.h"

namespace motus::learn {

namespace {

constexpr std::array<std::pair<Arithmetic, const char*>, 3> kNames{
    {{{Kernel::library, Precision::fp32}, "mkl fp32"},
     {{Kernel::brgemm, Precision::fp32}, "onednn fp32"},
     {{Kernel::brgemm, Precision::bf16}, "onednn bf16"}}};

/// Largest relative error of a product of normal numbers: fp32 measures 3e-7, bf16 2e-3.
double tolerance(Precision p) {
  return p == Precision::fp32 ? 2e-6 : 1e-2;
}

bool instructions(Arithmetic a) {
  if (a.kernel == Kernel::library) return a.precision == Precision::fp32;
#ifdef __x86_64__
  __builtin_cpu_init();
  const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                    __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  return wide && (a.precision == Precision::fp32 || __builtin_cpu_supports("avx512bf16"));
#else
  return false;
#endif
}

bool works(Arithmetic a) {
  if (!instructions(a)) return false;
  if (a.kernel == Kernel::library) return true;
  try {
    return measure(a, 32, 97, 48).error < tolerance(a.precision);
  } catch (const c10::Error&) {
    return false;  // this LibTorch was built without them
  }
}

at::Tensor view(const float* data, int64_t rows, int64_t width, int64_t stride) {
  return at::from_blob(const_cast<float*>(data), {rows, width}, {stride, 1},
                       at::TensorOptions().dtype(at::kFloat));
}

double thread_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

}  // namespace

std::string name_of(Arithmetic a) {
  for (const auto& [known, name] : kNames)
    if (known == a) return name;
  return "unknown";
}

std::vector<Arithmetic> available_arithmetic() {
  static const std::vector<Arithmetic> all = [] {
    std::vector<Arithmetic> out;
    for (const auto& entry : kNames)
      if (works(entry.first)) out.push_back(entry.first);
    return out;
  }();
  return all;
}

Arithmetic best_arithmetic(Precision precision) {
  Arithmetic best;
  bool found = false;
  for (const Arithmetic a : available_arithmetic())
    if (a.precision == precision) best = a, found = true;
  if (!found)
    throw Error(Kind::not_built, "this processor has no bfloat16 instructions (AVX512_BF16)",
                "--precision fp32 runs everywhere");
  return best;
}

Arithmetic arithmetic_from(const std::string& name) {
  for (const auto& [known, text] : kNames) {
    if (name != text) continue;
    for (const Arithmetic a : available_arithmetic())
      if (a == known) return a;
    throw Error(Kind::not_built,
                fmt::format("this machine cannot compute with '{}', as the run did", name),
                "another kernel gives other bits: go on where it was started, or start from its "
                "model with --model_file");
  }
  throw_error(Kind::bad_input, "'{}' names no kernel", name);
}

void brgemm_tile(Precision p, int64_t m, int64_t n, int64_t k, const void* a, int64_t lda,
                 const void* b, int64_t ldb, float* c, int64_t ldc, bool add) {
  if (p == Precision::fp32) {
    at::native::cpublas::brgemm(m, n, k, lda, ldb, ldc, add, static_cast<const float*>(a),
                                static_cast<const float*>(b), c, false);
  } else {
    at::native::cpublas::brgemm(m, n, (k + 1) / 2 * 2, lda, ldb, ldc, add,
                                static_cast<const at::BFloat16*>(a),
                                static_cast<const at::BFloat16*>(b), c, true);
    at::native::cpublas::brgemm_release(true);
  }
}

void library_product(int64_t m, int64_t n, int64_t k, const float* a, int64_t lda, const float* b,
                     int64_t ldb, float* c, int64_t ldc, bool add) {
  at::Tensor out = view(c, m, n, ldc);
  if (add) {
    out.addmm_(view(a, m, k, lda), view(b, k, n, ldb));
  } else {
    at::mm_out(out, view(a, m, k, lda), view(b, k, n, ldb));
  }
}

KernelFigures measure(Arithmetic how, int rows, int in, int out) {
  const int64_t m = rows, k = in, n = out, even = (k + 1) / 2 * 2;
  const auto size = [](int64_t x, int64_t y) { return static_cast<size_t>(x * y); };
  std::vector<float> a(size(m, k)), b(size(k, n)), c(size(m, n));
  std::vector<uint16_t> left(size(m, even));
  std::vector<uint32_t> right(size(even / 2, n));
  Rng rng(1);
  rng.normal(a);
  rng.normal(b);
  Factor x{a.data(), k}, y{b.data(), n};
  if (how.precision == Precision::bf16) {
    row_ops().to_bf16({a.data(), m, k, k}, {left.data(), m, even, even});
    row_ops().to_bf16_pairs({b.data(), k, n, n}, {right.data(), even / 2, n, n});
    x = {left.data(), even};
    y = {right.data(), n};
  }
  const Block result{c.data(), m, n, n};
  multiply(how, x, k, y, result, false);
  KernelFigures figures;
  double wrong = 0, total = 0;
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      double exact = 0;
      for (int64_t l = 0; l < k; ++l)
        exact += static_cast<double>(a[size(i, k) + size(l, 1)]) * b[size(l, n) + size(j, 1)];
      const double d = exact - c[size(i, n) + size(j, 1)];
      wrong += d * d;
      total += exact * exact;
    }
  }
  figures.error = std::sqrt(wrong / total);
  const double flop =
      2e-9 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
  for (int repeat = 0; repeat < 8; ++repeat) {
    const double start = thread_seconds();
    multiply(how, x, k, y, result, false);
    figures.gflops = std::max(figures.gflops, flop / std::max(thread_seconds() - start, 1e-9));
  }
  return figures;
}

}  // namespace motus::learn
