#pragma once
// One block of rows through a multi-layer perceptron and back, written out: no graph, nothing allocated.
// A pass has its own activations and is told where its gradient goes, so several passes over parts of a
// minibatch may run side by side on the same weights. Formulas in learn/mlp.h.
#include <cstdint>
#include <vector>

#include "learn/buffer.h"
#include "learn/product.h"

namespace motus::learn {

enum class Activation { relu, elu };

/// Rows worked on together: a block's activations stay in the second-level cache.
constexpr int64_t kBlock = 256;

struct MlpLayer {
  int64_t in = 0, out = 0;
  int64_t weight = 0, bias = 0;            ///< where they start in the flat parameters
  const float *w = nullptr, *b = nullptr;  ///< (out, in) and (out)
  Factor forward, back;  ///< W^T (in, out) and W (out, in), as the kernel wants them
};

class MlpPass {
 public:
  /// `layers` outlives the pass.
  MlpPass(const std::vector<MlpLayer>& layers, Arithmetic how, Activation activation);

  /// What backward passes add to from now on, laid out as the parameters.
  void set_gradient(float* gradient) { gradient_ = gradient; }

  /// y (n, out) for x (n, in), n <= kBlock; valid until the next call. x must stay until backward.
  ConstBlock forward(ConstBlock x);
  /// gradient += dL/dparams for dL/dy = dy (n, out).
  void backward(const float* dy);
  /// For out = 1 and ReLU: |dy/dx|^2 (n).
  const float* input_gradient();
  /// For out = 1, after input_gradient(): gradient += d/dparams [sum_i s_i y_i + sum_i c_i |dy_i/dx_i|^2].
  void penalised_backward(const float* s, const float* c);
  /// Of the last forward.
  int64_t rows() const { return n_; }

 private:
  struct Store {
    int64_t stride = 0;
    Buffer<float> h, u, e;  ///< activation, output gradient, penalty's reverse pass
  };
  Block part(const Buffer<float>& b, int64_t width, int64_t stride) const {
    return {b.data(), n_, width, stride};
  }
  Block h(size_t k) const { return part(stores_[k].h, layers_[k].out, stores_[k].stride); }
  Block u(size_t k) const { return part(stores_[k].u, layers_[k].out, stores_[k].stride); }
  Block e(size_t k) const { return part(stores_[k].e, layers_[k].out, stores_[k].stride); }
  ConstBlock below(size_t k) const { return k ? ConstBlock(h(k - 1)) : x_; }
  Arithmetic how(size_t k) const;

  void activate(const Block& tile, size_t k, int64_t column) const;
  void derive(const Block& u, const ConstBlock& h) const;
  void add_weight_gradient(size_t k, ConstBlock delta, ConstBlock below);
  Factor left(Arithmetic how, ConstBlock x);
  Factor left_transposed(Arithmetic how, ConstBlock x);
  Factor right(Arithmetic how, ConstBlock x);

  const std::vector<MlpLayer>& layers_;
  Arithmetic how_;
  Activation activation_;
  float* gradient_ = nullptr;
  const RowOps& ops_;
  std::vector<Store> stores_;
  int64_t n_ = 0, widest_ = 0;
  ConstBlock x_;
  Buffer<float> slope_, mixed_, turned_,
      squares_;  ///< dy/dx; s h + e; a transposed factor; |dy/dx|^2
  Buffer<uint16_t> half_left_, half_turned_;
  Buffer<uint32_t> half_right_;
};

}  // namespace motus::learn
