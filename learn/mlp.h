#pragma once
// A multi-layer perceptron, ReLU (or ELU) after every hidden layer, with its own backward pass.
//
//   h_0 = x,  h_k = relu(h_{k-1} W_k^T + b_k),  y = h_{L-1} W_L^T + b_L
//
// Written out rather than left to autograd: no graph is built, nothing is allocated, and for a
// scalar output the gradient penalty costs four matrix products a layer instead of the six of a
// double backward pass (penalised_backward). Both are checked against autograd in tests.
#include <string>
#include <vector>

#include "learn/rng.h"
#include "learn/tensor.h"

namespace motus::learn {

enum class Activation { relu, elu };

class Mlp {
 public:
  Mlp(int in, const std::vector<int>& hidden, int out, Activation activation = Activation::relu);

  /// Hidden weights uniform in +-1/sqrt(fan in), biases zero; the last layer's weights uniform in
  /// +-output_scale (0 = as hidden ones).
  void init(Rng& rng, double output_scale);

  int in() const { return in_; }
  int out() const { return layers_.back().out; }
  /// Parameters and their gradients, one flat tensor each (layers start at multiples of 64 bytes).
  const at::Tensor& params() const { return params_; }
  const at::Tensor& grads() const { return grads_; }
  size_t layer_count() const { return layers_.size(); }
  const at::Tensor& weight(size_t k) const { return layers_[k].w; }
  const at::Tensor& bias(size_t k) const { return layers_[k].b; }
  const at::Tensor& weight_grad(size_t k) const { return layers_[k].gw; }
  const at::Tensor& bias_grad(size_t k) const { return layers_[k].gb; }

  /// y (B, out) for x (B, in), B <= kBlock; valid until the next call. Keeps what backward needs.
  at::Tensor forward(const at::Tensor& x);

  /// grads += dL/dparams for dL/dy = dy (B, out) at the last forward's x.
  void backward(const at::Tensor& dy);

  /// For out = 1 and ReLU: |dy/dx|^2 summed over columns (B), at the last forward's x.
  at::Tensor input_gradient();

  /// For out = 1, after input_gradient(): grads += d/dparams [ sum_i s_i y_i + sum_i c_i |dy_i/dx_i|^2 ]
  /// for s, c (B, 1). With u_k = m_k * (u_{k+1} W_{k+1}) the back-propagated output gradient (m_k the
  /// ReLU masks, constant almost everywhere), g = u_1 W_1, e_0 = 2 c g and e_k = m_k * (e_{k-1} W_k^T):
  ///   dW_k = u_k^T (s * h_{k-1} + e_{k-1}),  db_k = u_k^T s,  dw_L = sum_i (s h_{L-1} + e_{L-1})_i
  void penalised_backward(const at::Tensor& s, const at::Tensor& c);

  void zero_grads() { grads_.zero_(); }

  /// Weights as "<prefix><2k>.weight" and ".bias" for hidden layers, `last` for the output layer.
  void save(Archive& a, const std::string& prefix, const std::string& last) const;
  void load(const Archive& a, const std::string& prefix, const std::string& last);

 private:
  struct Layer {
    int in = 0, out = 0;
    at::Tensor w, b, gw, gb;
    at::Tensor h, u, e;  ///< (kBlock, out): activation, output gradient, penalty's reverse pass
  };
  std::string name_of(size_t k, const std::string& prefix, const std::string& last) const;
  int in_;
  Activation activation_;
  std::vector<Layer> layers_;
  at::Tensor params_, grads_;
  at::Tensor x_, mixed_in_, gradient_, squares_;
  std::vector<at::Tensor> mixed_;  ///< (kBlock, width of h_k), for s * h + e
};

}  // namespace motus::learn
