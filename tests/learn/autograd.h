#pragma once
// What tests of derivatives share: random numbers, and a network that autograd follows in double.
#include <torch/csrc/autograd/autograd.h>

#include <ATen/TensorOperators.h>
#include <ATen/ops/elu.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/relu.h>

#include <string>

#include "learn/mlp.h"
#include "motion/config.h"
#include "tests/learn/agent_yaml.h"

namespace motus::learn {

inline std::vector<float> random_floats(size_t n, uint64_t seed) {
  Rng rng(seed);
  std::vector<float> out(n);
  rng.normal(out);
  return out;
}

/// Rows (n, width) as a tensor of doubles.
inline at::Tensor rows_of(std::span<const float> data, int64_t width) {
  return view_of(data, {static_cast<int64_t>(data.size()) / width, width}).to(at::kDouble);
}

/// The same network out of leaves that autograd follows.
struct Double {
  std::vector<at::Tensor> w, b;
  bool elu;
  explicit Double(const Mlp& net, bool with_elu = false) : elu(with_elu) {
    for (size_t k = 0; k < net.layer_count(); ++k) {
      w.push_back(net.weight(k).detach().clone().to(at::kDouble).requires_grad_());
      b.push_back(net.bias(k).detach().clone().to(at::kDouble).requires_grad_());
    }
  }
  at::Tensor operator()(at::Tensor h) const {
    for (size_t k = 0; k < w.size(); ++k) {
      h = at::linear(h, w[k], b[k]);
      if (k + 1 < w.size()) h = elu ? at::elu(h) : at::relu(h);
    }
    return h;
  }
  /// The norm of the output's gradient by x, one for each row; keeps the graph.
  at::Tensor gradient_norms(const at::Tensor& x) const {
    const at::Tensor leaf = x.detach().requires_grad_();
    const at::Tensor g = torch::autograd::grad({(*this)(leaf).sum()}, {leaf}, {}, true, true)[0];
    return g.square().sum(1).sqrt();
  }
};

/// |a - b| / |b|
inline double distance(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor d = a.to(at::kDouble) - b.to(at::kDouble);
  return (d.norm() / (b.to(at::kDouble).norm() + 1e-12)).item<double>();
}

/// The largest distance between a network's gradients and their reference.
inline double gradient_distance(const Mlp& net, const Double& reference) {
  double worst = 0;
  for (size_t k = 0; k < net.layer_count(); ++k) {
    worst = std::max(worst, distance(net.weight_grad(k), reference.w[k].grad()));
    // the bias of the last layer has a gradient of 0 where the output's level is free
    const at::Tensor b = reference.b[k].grad();
    if (b.defined() && b.norm().item<double>() > 1e-9)
      worst = std::max(worst, distance(net.bias_grad(k), b));
  }
  return worst;
}

/// Biases away from zero, so that ReLU kinks are not all at the origin.
inline void randomise(Mlp& net, uint64_t seed) {
  Rng rng(seed);
  rng.normal(floats(net.params()));
  net.params().mul_(0.3);
}

inline AgentConfig small_config(const std::string& more = "") {
  return AgentConfig::read(Config::parse(current_yaml() + more, "agent.yaml"));
}

}  // namespace motus::learn
