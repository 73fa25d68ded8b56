#include "learn/actor.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

#include "learn/adaptive_rate.h"
#include "learn/blocks.h"
#include "learn/start.h"
#include "motion/error.h"

namespace motus::learn {

namespace {

const double kHalfLogTwoPi = 0.5 * std::log(2 * std::numbers::pi);

OptimizerConfig for_deviation(OptimizerConfig c) {
  c.weight_decay = 0;  // a decaying logarithm would pull deviations to one
  return c;
}

/// tanh of the rows in place where the mean is bounded.
void bound_means(const AgentConfig& c, std::span<float> y) {
  if (!c.tanh_mean) return;
  for (float& v : y) v = std::tanh(v);
}
void bound_slopes(const AgentConfig& c, std::span<const float> mu, std::span<float> dmu) {
  if (!c.tanh_mean) return;
  for (size_t i = 0; i < mu.size(); ++i) dmu[i] *= 1 - mu[i] * mu[i];
}

}  // namespace

Actor::Actor(const AgentConfig& config, int envs, int obs, int actions, uint64_t seed)
    : config_(config),
      obs_(obs),
      actions_(actions),
      batch_(config.actor_rows(envs)),
      net_(obs, config.actor_net, actions, config.elu ? Activation::elu : Activation::relu,
           best_arithmetic(config.precision)),
      optimizer_(config.actor_opt, net_.params(), net_.grads()),
      std_(new_floats({actions})),
      std_grad_(new_floats({actions})),
      std_optimizer_(for_deviation(config.actor_opt), std_, std_grad_),
      sigma_(static_cast<size_t>(actions), static_cast<float>(config.action_std)),
      rng_(seed, 30),
      image_(sigma_.size()),
      slope_(sigma_.size()),
      dlog_(sigma_.size()) {
  const size_t floors = config.min_std.size();
  require(floors <= 1 || floors == sigma_.size(), Kind::usage,
          "min_std lists {} numbers, expected 1 or {} (one per action)", floors, actions);
  for (size_t i = 0; i < sigma_.size() && floors > 0; ++i)
    floor_.push_back(static_cast<float>(config.min_std[floors == 1 ? 0 : i]));
  std_.fill_(config.std_as_log ? std::log(config.action_std) : config.action_std);
  refresh_std();
  old_sigma_ = sigma_;
  Rng start(seed, 31);
  start_network(net_, config, start, config.actor_init_output_scale);
  x_ = new_floats({kBlock, obs_});
  dy_ = new_floats({kBlock, actions_});
}

void Actor::set_mirror(const Reflection& obs, const Reflection& action) {
  mirror_obs_ = obs;
  mirror_action_ = action;
}

void Actor::refresh_std() {
  const std::span<float> p = floats(std_);
  for (size_t i = 0; config_.learned_std && i < p.size(); ++i) {
    float s = config_.std_as_log ? std::exp(p[i]) : p[i];
    if (!floor_.empty() && !(s >= floor_[i])) {
      s = floor_[i];
      p[i] = config_.std_as_log ? std::log(s) : s;
    }
    sigma_[i] = s;
  }
  log_norm_ = 0;
  for (const float s : sigma_) log_norm_ += std::log(static_cast<double>(s)) + kHalfLogTwoPi;
}

void Actor::mean(std::span<const float> obs, std::span<float> out) {
  const int64_t rows = static_cast<int64_t>(out.size()) / actions_;
  net_.each_block(rows, [&](MlpPass& pass, int64_t at, int64_t n) {
    const ConstBlock y = pass.forward({obs.data() + at * obs_, n, obs_, obs_});
    std::memcpy(out.data() + at * actions_, y.data,
                static_cast<size_t>(n * actions_) * sizeof(float));
  });
  bound_means(config_, out);
}

double Actor::entropy() const {
  return log_norm_ + 0.5 * static_cast<double>(sigma_.size());
}

void Actor::log_prob(std::span<const float> actions, std::span<const float> means,
                     std::span<float> out) const {
  const size_t a = sigma_.size();
  for (size_t r = 0; r < out.size(); ++r) {
    double sum = -log_norm_;
    for (size_t i = 0; i < a; ++i) {
      const double z = (static_cast<double>(actions[r * a + i]) - means[r * a + i]) / sigma_[i];
      sum -= 0.5 * z * z;
    }
    out[r] = static_cast<float>(sum);
  }
}

void Actor::row_loss(const float* action, const float* mu, double old_logp, double advantage,
                     double share, float* dmu, ActorStats& stats) {
  const size_t a = sigma_.size();
  double logp = -log_norm_;
  for (size_t i = 0; i < a; ++i) {
    const double z = (static_cast<double>(action[i]) - mu[i]) / sigma_[i];
    logp -= 0.5 * z * z;
  }
  double pull = 0;  // of the loss by ln pi
  if (config_.method == Method::awr) {
    const double w =
        std::min(std::exp(advantage / config_.awr_temperature), config_.awr_weight_clip);
    stats.loss -= share * w * logp;
    pull = -share * w;
  } else {
    const double clip = config_.ppo_clip_ratio;
    const double rho = std::exp(logp - old_logp);
    const double clipped = std::clamp(rho, 1 - clip, 1 + clip);
    const bool flows = advantage * rho <= advantage * clipped;
    stats.loss -= share * std::min(advantage * rho, advantage * clipped);
    stats.clip_frac += share * (std::abs(rho - 1) > clip ? 1 : 0);
    stats.imp_ratio += share * rho;
    if (flows) pull = -share * advantage * rho;
  }
  for (size_t i = 0; i < a; ++i) {
    const double s = sigma_[i], m = mu[i], d = action[i] - m;
    const double over = std::min(m + 1, 0.0) + std::max(m - 1, 0.0);
    stats.bound_loss += share * over * over;
    stats.loss +=
        share * (config_.action_bound_weight * over * over + config_.action_reg_weight * m * m);
    // d ln pi / d mu = (a - mu) / s^2, by ln s it is z^2 - 1
    dmu[i] += static_cast<float>(
        pull * d / (s * s) +
        2 * share * (config_.action_bound_weight * over + config_.action_reg_weight * m));
    dlog_[i] += pull * (d * d / (s * s) - 1);
  }
}

void Actor::symmetry_loss(const float* mu, const float* mirrored, double share, float* dmu,
                          float* dmirrored, ActorStats& stats) {
  const size_t a = sigma_.size();
  mirror_action_.apply({mirrored, a}, image_);
  for (size_t i = 0; i < a; ++i) {
    const double e = static_cast<double>(mu[i]) - image_[i];
    stats.symmetry += share * e * e;
    stats.loss += share * config_.symmetry_weight * e * e;
    const auto d = static_cast<float>(2 * share * config_.symmetry_weight * e);
    dmu[i] += d;
    slope_[i] = -d;
  }
  mirror_action_.backward(slope_, {dmirrored, a});
}

double Actor::row_kl(const float* mu, const float* old_mu) const {
  double kl = 0;
  for (size_t i = 0; i < sigma_.size(); ++i) {
    const double s = sigma_[i], o = old_sigma_[i], d = static_cast<double>(mu[i]) - old_mu[i];
    kl += std::log(s / o) + (o * o + d * d) / (2 * s * s) - 0.5;
  }
  return kl;
}

void Actor::accumulate(const Rows& rows, std::span<const int64_t> picks, ActorStats& stats) {
  const size_t a = sigma_.size(), w = static_cast<size_t>(obs_);
  const size_t copies = doubled() ? 2 : 1;
  const double each = 1.0 / static_cast<double>(picks.size());
  const double share = config_.symmetry_augmentation ? each / 2 : each;
  const bool watch = config_.kl_rule == KlRule::minibatch && config_.actor_kl_target > 0;
  net_.zero_grads();
  std::fill(dlog_.begin(), dlog_.end(), 0.0);
  stats.kl = 0;
  blocks(
      picks.size(),
      [&](size_t at, size_t n) {
        const auto block = picks.subspan(at, n);
        gather(rows.obs, block, w, x_.data_ptr<float>());
        const std::span<float> x = floats(x_);
        for (size_t r = n; r < copies * n; ++r)
          mirror_obs_.apply(x.subspan((r - n) * w, w), x.subspan(r * w, w));
        const auto count = static_cast<int64_t>(copies * n);
        const at::Tensor y = net_.forward(x_.narrow(0, 0, count));
        const std::span<float> mu = floats(y).first(copies * n * a);
        const std::span<float> dmu = floats(dy_).first(copies * n * a);
        bound_means(config_, mu);
        std::fill(dmu.begin(), dmu.end(), 0.0F);
        for (size_t r = 0; r < n; ++r) {
          const auto row = static_cast<size_t>(block[r]);
          const float* action = rows.actions.data() + row * a;
          float *m = &mu[r * a], *dm = &dmu[r * a];
          row_loss(action, m, rows.old_logp[row], rows.advantage[row], share, dm, stats);
          if (watch) stats.kl += each * row_kl(m, rows.means.data() + row * a);
          if (copies == 1) continue;
          float *other = &mu[(n + r) * a], *dother = &dmu[(n + r) * a];
          if (config_.symmetry_augmentation) {
            mirror_action_.apply({action, a}, image_);
            row_loss(image_.data(), other, rows.old_logp[row], rows.advantage[row], share, dother,
                     stats);
          }
          if (config_.symmetry_weight > 0) symmetry_loss(m, other, each, dm, dother, stats);
        }
        bound_slopes(config_, mu, dmu);
        net_.backward(dy_.narrow(0, 0, count));
      },
      static_cast<size_t>(kBlock) / copies);
  stats.loss -= config_.action_entropy_weight * entropy();
  const std::span<float> g = floats(std_grad_);
  for (size_t i = 0; i < a; ++i) {
    const double d = dlog_[i] - config_.action_entropy_weight;
    g[i] = static_cast<float>(config_.std_as_log ? d : d / sigma_[i]);
  }
}

double Actor::kl_from(std::span<const float> obs, std::span<const float> means) {
  means_.resize(means.size());
  mean(obs, means_);
  const size_t a = sigma_.size();
  double sum = 0;
  for (size_t i = 0; i < means.size(); i += a) sum += row_kl(&means_[i], &means[i]);
  return sum / static_cast<double>(means.size() / a);
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
    const double rate = adapted_rate(learning_rate(), kl, config_.actor_kl_target,
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
  sum.kl = kl_from(rows.obs, rows.means);
  if (config_.actor_kl_target > 0 && !by_minibatch) adapt(sum.kl);
  return sum;
}

double Actor::imitate(std::span<const float> obs, std::span<const float> targets,
                      const WarmStart& how) {
  const auto a = static_cast<size_t>(actions_);
  OptimizerConfig adam;
  adam.type = OptimizerType::adam;
  adam.learning_rate = how.learning_rate;
  Optimizer optimizer(adam, net_.params(), net_.grads());
  const auto total = static_cast<int64_t>(targets.size() / a);
  std::vector<int64_t> picks(static_cast<size_t>(std::min<int64_t>(how.batch, total)));
  Deck deck;
  deck.open(total, rng_);
  const double share = 1.0 / static_cast<double>(picks.size() * a);
  double error = 0;
  for (int step = 0; step < how.updates; ++step) {
    deck.deal(picks, rng_);
    net_.zero_grads();
    blocks(picks.size(), [&](size_t at, size_t n) {
      const auto block = std::span(picks).subspan(at, n);
      gather(obs, block, static_cast<size_t>(obs_), x_.data_ptr<float>());
      const at::Tensor y = net_.forward(x_.narrow(0, 0, static_cast<int64_t>(n)));
      const std::span<float> mu = floats(y).first(n * a), dmu = floats(dy_).first(n * a);
      bound_means(config_, mu);
      for (size_t i = 0; i < n * a; ++i) {
        const auto row = static_cast<size_t>(block[i / a]);
        const double d = static_cast<double>(mu[i]) - targets[row * a + i % a];
        error += share * d * d;
        dmu[i] = static_cast<float>(2 * share * d);
      }
      bound_slopes(config_, mu, dmu);
      net_.backward(dy_.narrow(0, 0, static_cast<int64_t>(n)));
    });
    optimizer.step();
  }
  return error / std::max(how.updates, 1);
}

void Actor::save(Archive& a, bool full) const {
  net_.save(a, "_model._actor_layers.", "_model._action_dist._mean_net");
  std::vector<float> logstd;
  for (const float s : sigma_) logstd.push_back(std::log(s));
  a.put<float>("_model._action_dist._logstd_net", logstd);
  if (!full) return;
  optimizer_.save(a, "actor_optimizer");
  a.put<uint64_t>("rng.actor", rng_.state());
  if (!config_.learned_std) return;
  put(a, "actor.std", std_);
  std_optimizer_.save(a, "std_optimizer");
}

void Actor::load(const Archive& a, bool full) {
  net_.load(a, "_model._actor_layers.", "_model._action_dist._mean_net");
  if (config_.learned_std) {
    get(a, "_model._action_dist._logstd_net", std_);
    if (!config_.std_as_log) std_.exp_();
    if (full) get(a, "actor.std", std_);
    refresh_std();
  }
  if (!full) return;
  optimizer_.load(a, "actor_optimizer");
  a.get<uint64_t>("rng.actor", rng_.state());
  if (config_.learned_std) std_optimizer_.load(a, "std_optimizer");
}

}  // namespace motus::learn
