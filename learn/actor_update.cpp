// An actor's iteration: minibatches, steps, and the rate that follows the divergence.
#include <algorithm>

#include "learn/actor.h"
#include "learn/adaptive_rate.h"
#include "learn/blocks.h"

namespace motus::learn {

double Actor::kl_from(const Rows& rows) {
  const size_t a = sigma_.size(), count = rows.means.size() / a;
  means_.resize(rows.means.size());
  deviations_.resize(means_.size());
  distribution(rows.obs, means_, deviations_);
  double sum = 0;
  for (size_t r = 0; r < count; ++r) {
    sum += row_kl(&means_[r * a], &deviations_[r * a], &rows.means[r * a], old_sigma(rows, r));
  }
  return sum / static_cast<double>(count);
}

void Actor::apply() {
  optimizer_.apply();
  if (!config_.learned_std) return;
  std_optimizer_.apply();
  refresh_std();
}

void Actor::step() {
  optimizer_.scale_gradients();
  if (config_.learned_std) {
    std_optimizer_.scale_gradients();
    clip_together({net_.grads(), std_grad_}, config_.actor_opt.grad_clip);
  } else {
    clip_together({net_.grads()}, config_.actor_opt.grad_clip);
  }
  apply();
}

ActorStats Actor::update(const Rows& rows, Critic* partner, const ValueRows& values) {
  ActorStats sum;
  const auto n = static_cast<int64_t>(partner ? values.targets.size() : rows.usable.size());
  if (n == 0) return sum;
  const int64_t steps = config_.actor_epochs * ceil_div(n, batch_);
  const bool by_minibatch = config_.kl_rule == KlRule::minibatch && config_.actor_kl_target > 0;
  const auto adapt = [&](double kl) {
    const double rate = adapted_rate(learning_rate(), average(*ranks_, kl), config_.actor_kl_target,
                                     config_.actor_lr_min, config_.actor_lr_max);
    optimizer_.set_learning_rate(rate);
    std_optimizer_.set_learning_rate(rate);
    if (!partner || !config_.adapt_critic_rate) return;
    partner->optimizer().set_learning_rate(rate);
  };
  old_sigma_ = sigma_;
  picks_.resize(static_cast<size_t>(std::min(batch_, n)));
  deck_.open(n, rng_);
  if (partner) {
    sampled_.assign(values.targets.size(), 0);
    for (const int64_t i : rows.usable) sampled_[static_cast<size_t>(i)] = 1;
  }
  for (int64_t s = 0; s < steps; ++s) {
    deck_.deal(picks_, rng_);
    usable_.clear();
    for (const int64_t p : picks_) {
      if (!partner) {
        usable_.push_back(rows.usable[static_cast<size_t>(p)]);
      } else if (sampled_[static_cast<size_t>(p)]) {
        usable_.push_back(p);
      }
    }
    if (!usable_.empty()) accumulate(rows, usable_, sum);
    if (by_minibatch) adapt(sum.kl);
    if (!partner) {
      step();
      continue;
    }
    if (usable_.empty()) net_.zero_grads(), std_grad_.zero_();
    sum.critic_loss += partner->accumulate(values, picks_);
    optimizer_.scale_gradients();
    std_optimizer_.scale_gradients();
    partner->optimizer().scale_gradients();
    if (!config_.learned_std) std_grad_.zero_();
    clip_together({net_.grads(), std_grad_, partner->net().grads()}, config_.actor_opt.grad_clip);
    apply();
    partner->optimizer().apply();
  }
  for (double* v : {&sum.loss, &sum.clip_frac, &sum.imp_ratio, &sum.bound_loss, &sum.symmetry,
                    &sum.critic_loss})
    *v /= static_cast<double>(steps);
  sum.kl = kl_from(rows);
  if (config_.actor_kl_target > 0 && !by_minibatch) adapt(sum.kl);
  return sum;
}

}  // namespace motus::learn
