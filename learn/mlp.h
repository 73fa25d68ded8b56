#pragma once
// A multi-layer perceptron, ReLU (or ELU) after every hidden layer, with its own backward pass.
//
//   h_0 = x,  h_k = relu(h_{k-1} W_k^T + b_k),  y = h_{L-1} W_L^T + b_L
//
// Written out rather than left to autograd: no graph is built, nothing is allocated, and for a
// scalar output the gradient penalty costs four matrix products a layer instead of the six of a
// double backward pass (penalised_backward). Both are checked against autograd in tests.
//
// The work on a block of rows is done by an MlpPass. A minibatch is split over several of them in a way
// that follows from its rows alone, and their gradients are added in order: the bits do not depend on
// how many threads do the work.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "learn/crew.h"
#include "learn/mlp_pass.h"
#include "learn/rng.h"
#include "learn/tensor.h"

namespace motus::learn {

class Mlp {
 public:
  Mlp(int in, const std::vector<int>& hidden, int out, Activation activation = Activation::relu,
      Arithmetic how = best_arithmetic(Precision::fp32));
  Mlp(const Mlp&) = delete;  // passes refer to it
  Mlp& operator=(const Mlp&) = delete;

  /// Hidden weights uniform in +-1/sqrt(fan in), biases zero; the last layer's weights uniform in
  /// +-output_scale (0 = as hidden ones).
  void init(Rng& rng, double output_scale);

  int in() const { return in_; }
  int out() const { return static_cast<int>(layers_.back().out); }
  /// Parameters and their gradients, one flat tensor each (layers start at multiples of 64 bytes). Who
  /// writes parameters through a pointer calls changed() afterwards; tensor operations are noticed.
  const at::Tensor& params() const { return params_; }
  const at::Tensor& grads() const { return grads_; }
  void changed();
  size_t layer_count() const { return layers_.size(); }
  const at::Tensor& weight(size_t k) const { return views_[k].w; }
  const at::Tensor& bias(size_t k) const { return views_[k].b; }
  const at::Tensor& weight_grad(size_t k) const { return views_[k].gw; }
  const at::Tensor& bias_grad(size_t k) const { return views_[k].gb; }

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

  /// Who helps over_rows() and each_block(); nobody at the start. The crew outlives its use.
  void share_with(Crew* crew) { crew_ = crew; }

  /// A minibatch of `rows` is split over this many lanes, at most kMaxLanes.
  static constexpr int kMaxLanes = 4;
  static int lanes(int64_t rows);
  /// Calls block(pass, lane, first, n) for parts of `rows` rows, n <= kBlock: lanes side by side where
  /// threads have nothing else to do, a lane's blocks in order. Afterwards grads() has what the passes'
  /// backward calls added.
  template <typename F>
  void over_rows(int64_t rows, const F& block) {
    const int count = lanes(rows);
    begin_lanes(count);
    run(count, [&](int lane) {
      MlpPass& p = pass();
      p.set_gradient(gradient(lane));
      const int64_t end = rows * (lane + 1) / count;
      for (int64_t at = rows * lane / count; at < end; at += kBlock)
        block(p, lane, at, end - at < kBlock ? end - at : kBlock);
    });
    end_lanes(count);
  }
  /// Calls block(pass, first, n) for blocks of `rows` rows, side by side where there is help: for
  /// evaluation, without gradients.
  template <typename F>
  void each_block(int64_t rows, const F& block) {
    refresh();
    run(static_cast<int>((rows + kBlock - 1) / kBlock), [&](int part) {
      const int64_t at = part * kBlock;
      block(pass(), at, rows - at < kBlock ? rows - at : kBlock);
    });
  }

  /// Computes with another kernel from now on.
  void compute_with(Arithmetic how);
  Arithmetic arithmetic() const { return how_; }

  /// Weights as "<prefix><2k>.weight" and ".bias" for hidden layers; the output layer's under one name
  /// a head, each of which has as many rows of it.
  using Heads = std::vector<std::string>;
  void save(Archive& a, const std::string& prefix, const Heads& heads) const;
  void load(const Archive& a, const std::string& prefix, const Heads& heads);

 private:
  struct Views {
    at::Tensor w, b, gw, gb;
  };
  struct Turned {  ///< a layer's weights as the kernel wants them
    Buffer<float> forward;
    Buffer<uint16_t> half;
    Buffer<uint32_t> half_forward, half_back;
  };
  /// Calls part(name, weight, bias) for each layer and head.
  template <typename F>
  void named(const std::string& prefix, const Heads& heads, const F& part) const;
  void refresh();
  template <typename F>
  void run(int parts, const F& part) {
    passes_.resize(
        std::max<size_t>(passes_.size(), crew_ ? static_cast<size_t>(crew_->threads()) : 1));
    if (crew_) return crew_->run(parts, part);
    for (int i = 0; i < parts; ++i) part(i);
  }
  /// This thread's.
  MlpPass& pass();
  float* gradient(int lane);
  void begin_lanes(int count);
  void end_lanes(int count);
  int in_;
  Arithmetic how_;
  Activation activation_;
  std::vector<MlpLayer> layers_;
  std::vector<Views> views_;
  std::vector<Turned> turned_;
  at::Tensor params_, grads_;
  uint32_t seen_ = 0;  ///< version of the parameters that turned_ holds
  bool stale_ = true;
  std::vector<Buffer<float>> gradients_;          ///< of the lanes after the first
  std::vector<std::unique_ptr<MlpPass>> passes_;  ///< one a thread
  Crew* crew_ = nullptr;
};

}  // namespace motus::learn
