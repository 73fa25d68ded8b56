#pragma once
// The part of LibTorch this room computes with: tensors and a handful of operations, included one
// by one because the whole is slow to compile. Every operation writes into memory that exists.
#include <ATen/core/Tensor.h>
#include <ATen/ops/add.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/threshold_backward.h>
#include <ATen/ops/zeros.h>

#include <span>

#include "learn/archive.h"

namespace motus::learn {

inline at::Tensor new_floats(at::IntArrayRef shape) {
  return at::zeros(shape, at::TensorOptions().dtype(at::kFloat));
}
inline std::span<float> floats(const at::Tensor& t) {
  return {t.data_ptr<float>(), static_cast<size_t>(t.numel())};
}
/// A view of memory that somebody else owns.
inline at::Tensor view_of(std::span<const float> data, at::IntArrayRef shape) {
  return at::from_blob(const_cast<float*>(data.data()), shape,
                       at::TensorOptions().dtype(at::kFloat));
}
inline at::Tensor view_of(std::span<const int64_t> data) {
  return at::from_blob(const_cast<int64_t*>(data.data()), {static_cast<int64_t>(data.size())},
                       at::TensorOptions().dtype(at::kLong));
}
inline void put(Archive& a, const std::string& name, const at::Tensor& t) {
  const at::Tensor c = t.contiguous();
  a.put<float>(name, floats(c), c.sizes().vec());
}
inline void get(const Archive& a, const std::string& name, const at::Tensor& t) {
  a.get<float>(name, floats(t));
}

}  // namespace motus::learn
