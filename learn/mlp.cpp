#include "learn/mlp.h"

#include <cmath>

namespace motus::learn {

namespace {
constexpr int64_t kAlign = 16;  // floats in 64 bytes: MKL's results depend on alignment
int64_t padded(int64_t n) {
  return (n + kAlign - 1) / kAlign * kAlign;
}
}  // namespace

Mlp::Mlp(int in, const std::vector<int>& hidden, int out, Activation activation)
    : in_(in), activation_(activation) {
  std::vector<int> widths = hidden;
  widths.push_back(out);
  int64_t total = 0;
  int from = in;
  for (const int w : widths) {
    total += padded(int64_t{from} * w) + padded(w);
    from = w;
  }
  params_ = new_floats({total});
  grads_ = new_floats({total});
  int64_t at = 0;
  from = in;
  for (const int w : widths) {
    Layer l;
    l.in = from;
    l.out = w;
    const auto part = [&](const at::Tensor& all, int64_t start, at::IntArrayRef shape) {
      return all.narrow(0, start, shape.size() == 2 ? shape[0] * shape[1] : shape[0]).view(shape);
    };
    l.w = part(params_, at, {w, from});
    l.gw = part(grads_, at, {w, from});
    at += padded(int64_t{from} * w);
    l.b = part(params_, at, {w});
    l.gb = part(grads_, at, {w});
    at += padded(w);
    l.h = new_floats({kBlock, w});
    l.u = new_floats({kBlock, w});
    l.e = new_floats({kBlock, w});
    mixed_.push_back(new_floats({kBlock, from}));
    layers_.push_back(std::move(l));
    from = w;
  }
  gradient_ = new_floats({kBlock, in});
  squares_ = new_floats({kBlock});
}

void Mlp::init(Rng& rng, double output_scale) {
  for (size_t k = 0; k < layers_.size(); ++k) {
    Layer& l = layers_[k];
    const bool last = k + 1 == layers_.size();
    const double r = last && output_scale > 0 ? output_scale : 1.0 / std::sqrt(l.in);
    for (float& w : floats(l.w)) w = static_cast<float>(rng.uniform(-r, r));
    l.b.zero_();
  }
}

at::Tensor Mlp::forward(const at::Tensor& x) {
  const int64_t n = x.size(0);
  x_ = x;
  at::Tensor h = x;
  for (size_t k = 0; k < layers_.size(); ++k) {
    Layer& l = layers_[k];
    at::Tensor y = l.h.narrow(0, 0, n);
    at::addmm_out(y, l.b, h, l.w.t());
    if (k + 1 < layers_.size()) {
      if (activation_ == Activation::relu) {
        at::relu_(y);
      } else {
        at::elu_(y);
      }
    }
    h = y;
  }
  return h;
}

void Mlp::backward(const at::Tensor& dy) {
  const int64_t n = dy.size(0);
  at::Tensor delta = dy;
  for (size_t k = layers_.size(); k-- > 0;) {
    Layer& l = layers_[k];
    const at::Tensor below = k ? layers_[k - 1].h.narrow(0, 0, n) : x_;
    l.gw.addmm_(delta.t(), below);
    l.gb.add_(delta.sum(0));
    if (k == 0) break;
    at::Tensor u = layers_[k - 1].u.narrow(0, 0, n);
    at::mm_out(u, delta, l.w);
    if (activation_ == Activation::relu) {
      at::threshold_backward_out(u, u, below, 0);
    } else {
      at::elu_backward_out(u, u, 1, 1, 1, /*is_result=*/true, below);
    }
    delta = u;
  }
}

at::Tensor Mlp::input_gradient() {
  const int64_t n = x_.size(0);
  for (size_t k = layers_.size() - 1; k-- > 0;) {
    Layer& l = layers_[k];
    const Layer& above = layers_[k + 1];
    at::Tensor u = l.u.narrow(0, 0, n);
    if (k + 2 == layers_.size()) {
      u.copy_(above.w.expand({n, l.out}));
    } else {
      at::mm_out(u, above.u.narrow(0, 0, n), above.w);
    }
    at::threshold_backward_out(u, u, l.h.narrow(0, 0, n), 0);
  }
  at::Tensor g = gradient_.narrow(0, 0, n);
  if (layers_.size() > 1) {
    at::mm_out(g, layers_[0].u.narrow(0, 0, n), layers_[0].w);
  } else {
    g.copy_(layers_[0].w.expand({n, in_}));
  }
  at::Tensor squares = squares_.narrow(0, 0, n);
  at::sum_out(squares, g.square(), {1});
  return squares;
}

void Mlp::penalised_backward(const at::Tensor& s, const at::Tensor& c) {
  const int64_t n = s.size(0);
  at::Tensor e = gradient_.narrow(0, 0, n);
  e.mul_(c).mul_(2);
  for (size_t k = 0; k < layers_.size(); ++k) {
    Layer& l = layers_[k];
    const bool last = k + 1 == layers_.size();
    const at::Tensor below = k ? layers_[k - 1].h.narrow(0, 0, n) : x_;
    at::Tensor mixed = mixed_[k].narrow(0, 0, n);
    at::mul_out(mixed, below, s);
    mixed.add_(e);
    if (last) {
      l.gw.add_(mixed.sum(0, /*keepdim=*/true));
      l.gb.add_(s.sum());
      break;
    }
    const at::Tensor u = l.u.narrow(0, 0, n);
    l.gw.addmm_(u.t(), mixed);
    l.gb.view({l.out, 1}).addmm_(u.t(), s);
    at::Tensor next = l.e.narrow(0, 0, n);
    at::mm_out(next, e, l.w.t());
    at::threshold_backward_out(next, next, l.h.narrow(0, 0, n), 0);
    e = next;
  }
}

std::string Mlp::name_of(size_t k, const std::string& prefix, const std::string& last) const {
  return k + 1 == layers_.size() ? last : prefix + std::to_string(2 * k);
}

void Mlp::save(Archive& a, const std::string& prefix, const std::string& last) const {
  for (size_t k = 0; k < layers_.size(); ++k) {
    put(a, name_of(k, prefix, last) + ".weight", layers_[k].w);
    put(a, name_of(k, prefix, last) + ".bias", layers_[k].b);
  }
}

void Mlp::load(const Archive& a, const std::string& prefix, const std::string& last) {
  for (size_t k = 0; k < layers_.size(); ++k) {
    get(a, name_of(k, prefix, last) + ".weight", layers_[k].w);
    get(a, name_of(k, prefix, last) + ".bias", layers_[k].b);
  }
}

}  // namespace motus::learn
