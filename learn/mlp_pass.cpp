#include "learn/mlp_pass.h"

#include <algorithm>
#include <cmath>

namespace motus::learn {

MlpPass::MlpPass(const std::vector<MlpLayer>& layers, Arithmetic how, Activation activation)
    : layers_(layers), how_(how), activation_(activation), ops_(row_ops()), squares_(kBlock) {
  for (const MlpLayer& l : layers_) {
    Store s;
    const bool last = &l == &layers_.back();
    s.stride = last ? l.out : spread(l.out);
    s.h = Buffer<float>(kBlock * s.stride);
    s.u = Buffer<float>(kBlock * s.stride);
    s.e = Buffer<float>(kBlock * s.stride);
    stores_.push_back(std::move(s));
    widest_ = std::max({widest_, l.in, l.out});
  }
  const int64_t wide = spread(widest_);
  slope_ = Buffer<float>(kBlock * wide);
  mixed_ = Buffer<float>(kBlock * wide);
  turned_ = Buffer<float>(wide * spread(kBlock));
  if (how.precision == Precision::fp32) return;
  half_left_ = Buffer<uint16_t>(kBlock * wide);
  half_turned_ = Buffer<uint16_t>(wide * spread(kBlock));
  half_right_ = Buffer<uint32_t>(kBlock * wide / 2);
}

/// The last layer stays in fp32: logits, values and means.
Arithmetic MlpPass::how(size_t k) const {
  return k + 1 < layers_.size() ? how_ : Arithmetic{how_.kernel, Precision::fp32};
}

Factor MlpPass::left(Arithmetic how, ConstBlock x) {
  if (how.precision == Precision::fp32) return {x.data, x.stride};
  const int64_t even = (x.width + 1) / 2 * 2, stride = spread(x.width);
  ops_.to_bf16(x, {half_left_.data(), x.rows, even, stride});
  return {half_left_.data(), stride};
}

Factor MlpPass::left_transposed(Arithmetic how, ConstBlock x) {
  const int64_t stride = spread(kBlock);
  const Block turned{turned_.data(), x.width, x.rows, stride};
  ops_.transpose(x, turned);
  if (how.precision == Precision::fp32) return {turned.data, stride};
  ops_.to_bf16(turned, {half_turned_.data(), x.width, (x.rows + 1) / 2 * 2, stride});
  return {half_turned_.data(), stride};
}

Factor MlpPass::right(Arithmetic how, ConstBlock x) {
  if (how.precision == Precision::fp32) return {x.data, x.stride};
  const int64_t stride = spread(x.width);
  ops_.to_bf16_pairs(x, {half_right_.data(), (x.rows + 1) / 2, x.width, stride});
  return {half_right_.data(), stride};
}

void MlpPass::activate(const Block& tile, size_t k, int64_t column) const {
  const bool hidden = k + 1 < layers_.size();
  ops_.add_bias(tile, layers_[k].b + column, hidden && activation_ == Activation::relu);
  if (!hidden || activation_ == Activation::relu) return;
  for (int64_t i = 0; i < tile.rows; ++i)
    for (int64_t j = 0; j < tile.width; ++j)
      if (tile.row(i)[j] < 0) tile.row(i)[j] = std::expm1(tile.row(i)[j]);
}

/// u = u * activation'(h), the derivative written in terms of the activation.
void MlpPass::derive(const Block& u, const ConstBlock& h) const {
  if (activation_ == Activation::relu) return ops_.mask(u, h);
  for (int64_t i = 0; i < u.rows; ++i)
    for (int64_t j = 0; j < u.width; ++j)
      if (h.row(i)[j] < 0) u.row(i)[j] *= h.row(i)[j] + 1;
}

ConstBlock MlpPass::forward(ConstBlock x) {
  n_ = x.rows;
  x_ = x;
  for (size_t k = 0; k < layers_.size(); ++k) {
    const MlpLayer& l = layers_[k];
    const ConstBlock from = below(k);
    if (k + 1 == layers_.size() && l.out == 1) {
      ops_.dots(from, l.w, l.b[0], stores_[k].h.data());
      continue;
    }
    multiply(how(k), left(how(k), from), l.in, l.forward, h(k), false,
             [&](const Block& tile, int64_t, int64_t j) { activate(tile, k, j); });
  }
  return h(layers_.size() - 1);
}

void MlpPass::add_weight_gradient(size_t k, ConstBlock delta, ConstBlock from) {
  const MlpLayer& l = layers_[k];
  multiply(how(k), left_transposed(how(k), delta), n_, right(how(k), from),
           {gradient_ + l.weight, l.out, l.in, l.in}, true);
}

void MlpPass::backward(const float* dy) {
  const size_t last = layers_.size() - 1;
  ConstBlock delta{dy, n_, layers_[last].out, layers_[last].out};
  for (size_t k = last + 1; k-- > 0;) {
    const MlpLayer& l = layers_[k];
    const bool column = k == last && l.out == 1;
    ops_.add_column_sums(delta, nullptr, gradient_ + l.bias);
    if (column) {
      ops_.add_column_sums(below(k), dy, gradient_ + l.weight);
    } else {
      add_weight_gradient(k, delta, below(k));
    }
    if (k == 0) break;
    const Block next = u(k - 1);
    const ConstBlock from = h(k - 1);
    if (column && activation_ == Activation::relu) {
      ops_.masked_outer(next, from, dy, l.w);
    } else {
      multiply(how(k), left(how(k), delta), l.out, l.back, next, false,
               [&](const Block& tile, int64_t i, int64_t j) {
                 derive(tile, {from.row(i) + j, tile.rows, tile.width, from.stride});
               });
    }
    delta = next;
  }
}

const float* MlpPass::input_gradient() {
  const size_t last = layers_.size() - 1;
  const int64_t stride = spread(widest_);
  const Block g = part(slope_, layers_[0].in, stride);
  if (last == 0) {
    for (int64_t i = 0; i < n_; ++i) std::copy_n(layers_[0].w, g.width, g.row(i));
  } else {
    ops_.masked_outer(u(last - 1), h(last - 1), nullptr, layers_[last].w);
    for (size_t k = last - 1; k > 0; --k) {
      const ConstBlock from = h(k - 1);
      multiply(how(k), left(how(k), u(k)), layers_[k].out, layers_[k].back, u(k - 1), false,
               [&](const Block& tile, int64_t i, int64_t j) {
                 ops_.mask(tile, {from.row(i) + j, tile.rows, tile.width, from.stride});
               });
    }
    multiply(how(0), left(how(0), u(0)), layers_[0].out, layers_[0].back, g, false);
  }
  ops_.squares(g, squares_.data());
  return squares_.data();
}

void MlpPass::penalised_backward(const float* s, const float* c) {
  const size_t last = layers_.size() - 1;
  const int64_t stride = spread(widest_);
  Block reverse = part(slope_, layers_[0].in, stride);
  ops_.scale_rows(reverse, c);
  for (size_t k = 0; k <= last; ++k) {
    const MlpLayer& l = layers_[k];
    const Block mixed = part(mixed_, l.in, stride);
    ops_.mix(mixed, below(k), s, reverse);
    if (k == last) {
      ops_.add_column_sums(mixed, nullptr, gradient_ + l.weight);
      for (int64_t i = 0; i < n_; ++i) gradient_[l.bias] += s[i];
      break;
    }
    add_weight_gradient(k, u(k), mixed);
    ops_.add_column_sums(u(k), s, gradient_ + l.bias);
    const ConstBlock at = h(k);
    multiply(how(k), left(how(k), reverse), l.in, l.forward, e(k), false,
             [&](const Block& tile, int64_t i, int64_t j) {
               ops_.mask(tile, {at.row(i) + j, tile.rows, tile.width, at.stride});
             });
    reverse = e(k);
  }
}

}  // namespace motus::learn
