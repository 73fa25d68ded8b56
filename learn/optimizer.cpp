#include "learn/optimizer.h"

#include <ATen/ops/_fused_adamw.h>

#include <array>
#include <vector>

namespace motus::learn {

Optimizer::Optimizer(const OptimizerConfig& config, const at::Tensor& params,
                     const at::Tensor& grads)
    : config_(config), lr_(config.learning_rate), params_(params), grads_(grads) {
  first_ = new_floats(params.sizes());
  second_ = new_floats(config.type == OptimizerType::adam ? params.sizes() : at::IntArrayRef{1});
  count_ = new_floats({1});
}

void Optimizer::step() {
  scale_gradients();
  if (config_.grad_clip > 0) {
    const double norm = grads_.norm().item<double>();
    if (norm > config_.grad_clip) grads_.mul_(config_.grad_clip / (norm + 1e-6));
  }
  apply();
}

void Optimizer::scale_gradients() {
  if (config_.gradient_scale != 1) grads_.mul_(config_.gradient_scale);
}

void Optimizer::apply() {
  const bool adam = config_.type == OptimizerType::adam;
  const bool decoupled = adam && !config_.l2_decay;
  if (config_.weight_decay > 0 && !decoupled) grads_.add_(params_, config_.weight_decay);
  if (adam) {
    count_.add_(1);
    const std::vector<at::Tensor> p{params_}, g{grads_}, m{first_}, v{second_}, n{count_};
    at::_fused_adamw_(p, g, m, v, {}, n, lr_, 0.9, 0.999, decoupled ? config_.weight_decay : 0,
                      config_.epsilon, /*amsgrad=*/false, /*maximize=*/false);
    return;
  }
  first_.mul_(config_.momentum).add_(grads_);
  params_.add_(first_, -lr_);
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
