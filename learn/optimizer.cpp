#include "learn/optimizer.h"

#include <array>
#include <cmath>

#include "learn/row_ops.h"

namespace motus::learn {

void clip_together(std::initializer_list<at::Tensor> grads, double largest) {
  if (largest <= 0) return;
  double square = 0;
  for (const at::Tensor& g : grads) {
    const double norm = g.norm().item<double>();
    square += norm * norm;
  }
  const double norm = std::sqrt(square);
  if (norm <= largest) return;
  for (at::Tensor g : grads) g.mul_(largest / (norm + 1e-6));
}

Optimizer::Optimizer(const OptimizerConfig& config, const at::Tensor& params,
                     const at::Tensor& grads)
    : config_(config), lr_(config.learning_rate), params_(params), grads_(grads) {
  first_ = new_floats(params.sizes());
  second_ = new_floats(config.type == OptimizerType::adam ? params.sizes() : at::IntArrayRef{1});
  count_ = new_floats({1});
}

void Optimizer::step() {
  scale_gradients();
  clip_together({grads_}, config_.grad_clip);
  apply();
}

void Optimizer::scale_gradients() {
  average(*ranks_, floats(grads_));
  if (config_.gradient_scale != 1) grads_.mul_(config_.gradient_scale);
}

void Optimizer::apply() {
  const auto rate = static_cast<float>(lr_), decay = static_cast<float>(config_.weight_decay);
  float* p = params_.data_ptr<float>();
  const float* g = grads_.data_ptr<float>();
  const int64_t n = params_.numel();
  if (config_.type == OptimizerType::adam) {
    const double t = ++floats(count_)[0];
    AdamStep step;
    step.rate = rate;
    step.epsilon = static_cast<float>(config_.epsilon);
    (config_.l2_decay ? step.l2 : step.decay) = decay;
    step.correction1 = static_cast<float>(1 - std::pow(0.9, t));
    step.correction2 = static_cast<float>(1 - std::pow(0.999, t));
    row_ops().adam(p, g, first_.data_ptr<float>(), second_.data_ptr<float>(), n, step);
  } else {
    row_ops().sgd(p, g, first_.data_ptr<float>(), n, rate, static_cast<float>(config_.momentum),
                  decay);
  }
  params_.unsafeGetTensorImpl()->bump_version();  // the network keeps copies of its weights
}

void Optimizer::save(Archive& a, const std::string& name) const {
  put(a, name + ".first", first_);
  put(a, name + ".second", second_);
  put(a, name + ".count", count_);
  a.put<double>(name + ".learning_rate", std::array{lr_});
}

void Optimizer::load(const Archive& a, const std::string& name) {
  get(a, name + ".first", first_);
  get(a, name + ".second", second_);
  get(a, name + ".count", count_);
  std::array<double, 1> lr{};
  a.get<double>(name + ".learning_rate", lr);
  lr_ = lr[0];
}

}  // namespace motus::learn
