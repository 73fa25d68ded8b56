#include "learn/mlp.h"

#include <algorithm>
#include <cmath>

namespace motus::learn {

namespace {

constexpr int64_t kAlign = 16;  // floats in 64 bytes
int64_t padded(int64_t n) {
  return (n + kAlign - 1) / kAlign * kAlign;
}
ConstBlock rows_of(const at::Tensor& t) {
  return {t.data_ptr<float>(), t.size(0), t.size(1), t.size(1)};
}

}  // namespace

Mlp::Mlp(int in, const std::vector<int>& hidden, int out, Activation activation, Arithmetic how)
    : in_(in), activation_(activation) {
  std::vector<int> widths = hidden;
  widths.push_back(out);
  int64_t total = 0, from = in;
  for (const int64_t w : widths) {
    MlpLayer l;
    l.in = from;
    l.out = w;
    l.weight = total;
    l.bias = total + padded(from * w);
    total = l.bias + padded(w);
    layers_.push_back(l);
    from = w;
  }
  params_ = new_floats({total});
  grads_ = new_floats({total});
  for (MlpLayer& l : layers_) {
    const auto matrix = [&](const at::Tensor& all) {
      return all.narrow(0, l.weight, l.out * l.in).view({l.out, l.in});
    };
    views_.push_back({matrix(params_), params_.narrow(0, l.bias, l.out), matrix(grads_),
                      grads_.narrow(0, l.bias, l.out)});
    l.w = params_.data_ptr<float>() + l.weight;
    l.b = params_.data_ptr<float>() + l.bias;
  }
  compute_with(how);
}

void Mlp::compute_with(Arithmetic how) {
  how_ = how;
  passes_.clear();
  passes_.resize(1);
  turned_.clear();
  for (MlpLayer& l : layers_) {
    Turned t;
    const bool half = how.precision == Precision::bf16 && &l != &layers_.back();
    const int64_t across = spread(l.out), along = spread(l.in), pairs = (l.in + 1) / 2;
    if (half) {
      t.half = Buffer<uint16_t>(l.out * along);
      t.half_forward = Buffer<uint32_t>(pairs * across);
      t.half_back = Buffer<uint32_t>((l.out + 1) / 2 * along);
      l.forward = {t.half_forward.data(), across};
      l.back = {t.half_back.data(), along};
    } else {
      t.forward = Buffer<float>(l.in * across);
      l.forward = {t.forward.data(), across};
      l.back = {l.w, l.in};
    }
    turned_.push_back(std::move(t));
  }
  changed();
}

void Mlp::init(Rng& rng, double output_scale) {
  for (size_t k = 0; k < layers_.size(); ++k) {
    const bool last = k + 1 == layers_.size();
    const double r = last && output_scale > 0 ? output_scale
                                              : 1.0 / std::sqrt(static_cast<double>(layers_[k].in));
    for (float& w : floats(weight(k))) w = static_cast<float>(rng.uniform(-r, r));
    bias(k).zero_();
  }
  changed();
}

void Mlp::changed() {
  stale_ = true;
}

void Mlp::refresh() {
  const auto version = static_cast<uint32_t>(params_._version());
  if (!stale_ && version == seen_) return;
  const RowOps& ops = row_ops();
  for (size_t k = 0; k < layers_.size(); ++k) {
    const MlpLayer& l = layers_[k];
    Turned& t = turned_[k];
    const ConstBlock w{l.w, l.out, l.in, l.in};
    const int64_t across = spread(l.out), along = spread(l.in);
    if (t.forward.data()) {
      ops.transpose(w, {t.forward.data(), l.in, l.out, across});
      continue;
    }
    // two neighbours of a row are a pair of W^T: pairs are turned as if they were floats
    const int64_t pairs = (l.in + 1) / 2;
    ops.to_bf16(w, {t.half.data(), l.out, 2 * pairs, along});
    ops.transpose({reinterpret_cast<const float*>(t.half.data()), l.out, pairs, along / 2},
                  {reinterpret_cast<float*>(t.half_forward.data()), pairs, l.out, across});
    ops.to_bf16_pairs(w, {t.half_back.data(), (l.out + 1) / 2, l.in, along});
  }
  seen_ = version;
  stale_ = false;
}

MlpPass& Mlp::pass() {
  const auto self = static_cast<size_t>(Crew::self());
  std::unique_ptr<MlpPass>& mine = passes_[self < passes_.size() ? self : 0];
  if (!mine) mine = std::make_unique<MlpPass>(layers_, how_, activation_);
  return *mine;
}

float* Mlp::gradient(int lane) {
  return lane == 0 ? grads_.data_ptr<float>() : gradients_[static_cast<size_t>(lane - 1)].data();
}

at::Tensor Mlp::forward(const at::Tensor& x) {
  refresh();
  pass().set_gradient(gradient(0));
  const ConstBlock y = pass().forward(rows_of(x));
  return view_of({y.data, static_cast<size_t>(y.rows * y.width)}, {y.rows, y.width});
}

void Mlp::backward(const at::Tensor& dy) {
  pass().backward(dy.data_ptr<float>());
}

at::Tensor Mlp::input_gradient() {
  const float* squares = pass().input_gradient();
  return view_of({squares, static_cast<size_t>(pass().rows())}, {pass().rows()});
}

void Mlp::penalised_backward(const at::Tensor& s, const at::Tensor& c) {
  pass().penalised_backward(s.data_ptr<float>(), c.data_ptr<float>());
}

int Mlp::lanes(int64_t rows) {
  return static_cast<int>(std::clamp<int64_t>(rows / kBlock, 1, kMaxLanes));
}

void Mlp::begin_lanes(int count) {
  refresh();
  while (gradients_.size() + 1 < static_cast<size_t>(count))
    gradients_.emplace_back(grads_.numel());
  for (int lane = 1; lane < count; ++lane) std::fill_n(gradient(lane), grads_.numel(), 0.0F);
}

void Mlp::end_lanes(int count) {
  for (int lane = 1; lane < count; ++lane)
    row_ops().add(grads_.data_ptr<float>(), gradient(lane), grads_.numel());
}

template <typename F>
void Mlp::named(const std::string& prefix, const Heads& heads, const F& part) const {
  const size_t last = layers_.size() - 1;
  for (size_t k = 0; k < last; ++k) part(prefix + std::to_string(2 * k), weight(k), bias(k));
  const int64_t rows = out() / std::ssize(heads);
  for (int64_t h = 0; h < std::ssize(heads); ++h) {
    part(heads[static_cast<size_t>(h)], weight(last).narrow(0, h * rows, rows),
         bias(last).narrow(0, h * rows, rows));
  }
}

void Mlp::save(Archive& a, const std::string& prefix, const Heads& heads) const {
  named(prefix, heads, [&](const std::string& name, const at::Tensor& w, const at::Tensor& b) {
    put(a, name + ".weight", w);
    put(a, name + ".bias", b);
  });
}

void Mlp::load(const Archive& a, const std::string& prefix, const Heads& heads) {
  named(prefix, heads, [&](const std::string& name, const at::Tensor& w, const at::Tensor& b) {
    get(a, name + ".weight", w);
    get(a, name + ".bias", b);
  });
  changed();
}

}  // namespace motus::learn
