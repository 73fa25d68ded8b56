#pragma once
// SGD with momentum, Adam and AdamW over one flat parameter tensor.
#include "learn/agent_config.h"
#include "learn/tensor.h"

namespace motus::learn {

class Optimizer {
 public:
  Optimizer(const OptimizerConfig& config, const at::Tensor& params, const at::Tensor& grads);
  /// One step with the gradients as they are (scaled and clipped as configured).
  void step();
  /// The two halves of step(), for gradients that several networks clip together.
  void scale_gradients();
  void apply();
  double learning_rate() const { return lr_; }
  void set_learning_rate(double lr) { lr_ = lr; }
  void save(Archive& a, const std::string& name) const;
  void load(const Archive& a, const std::string& name);

 private:
  OptimizerConfig config_;
  double lr_;
  at::Tensor params_, grads_, first_, second_, count_;
};

}  // namespace motus::learn
