#pragma once
// SGD with momentum, Adam and AdamW over one flat parameter tensor.
#include <initializer_list>

#include "learn/agent_config.h"
#include "learn/ranks.h"
#include "learn/tensor.h"

namespace motus::learn {

/// Scales gradients so that their common 2-norm is at most `largest`; nothing for 0.
void clip_together(std::initializer_list<at::Tensor> grads, double largest);

class Optimizer {
 public:
  Optimizer(const OptimizerConfig& config, const at::Tensor& params, const at::Tensor& grads);
  /// Gradients are averaged over these ranks before each step.
  void average_over(Ranks& ranks) { ranks_ = &ranks; }
  /// One step with the gradients as they are (averaged, scaled and clipped as configured).
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
  Ranks* ranks_ = &alone();
  double lr_;
  at::Tensor params_, grads_, first_, second_, count_;
};

}  // namespace motus::learn
