#include "learn/actor.h"

#include <algorithm>
#include <cmath>
#include <numbers>

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

/// tanh of the first `means` numbers of each row in place where the mean is bounded.
void bound_means(const AgentConfig& c, std::span<float> y, size_t width, size_t means) {
  if (!c.tanh_mean) return;
  for (size_t at = 0; at < y.size(); at += width)
    for (float& v : y.subspan(at, means)) v = std::tanh(v);
}
void bound_slopes(const AgentConfig& c, std::span<const float> y, std::span<float> dy, size_t width,
                  size_t means) {
  if (!c.tanh_mean) return;
  for (size_t at = 0; at < y.size(); at += width)
    for (size_t i = at; i < at + means; ++i) dy[i] *= 1 - y[i] * y[i];
}

/// Deviations of logarithms; returns minus the log density at the mean.
double spread(const float* logs, std::span<float> sigma) {
  double norm = 0;
  for (size_t i = 0; i < sigma.size(); ++i) {
    sigma[i] = std::exp(logs[i]);
    norm += static_cast<double>(logs[i]) + kHalfLogTwoPi;
  }
  return norm;
}

}  // namespace

Actor::Actor(const AgentConfig& config, int envs, int obs, int actions, uint64_t seed)
    : config_(config),
      obs_(obs),
      actions_(actions),
      batch_(config.actor_rows(envs)),
      width_(config.variable_std ? 2 * actions : actions),
      net_(obs, config.actor_net, static_cast<int>(width_),
           config.elu ? Activation::elu : Activation::relu, best_arithmetic(config.precision)),
      optimizer_(config.actor_opt, net_.params(), net_.grads()),
      std_(new_floats({actions})),
      std_grad_(new_floats({actions})),
      std_optimizer_(for_deviation(config.actor_opt), std_, std_grad_),
      sigma_(static_cast<size_t>(actions), static_cast<float>(config.action_std)),
      rng_(seed, 30),
      image_(sigma_.size()),
      slope_(sigma_.size()),
      row_sigma_(sigma_.size()),
      dlog_(sigma_.size()),
      row_dlog_(sigma_.size()) {
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
  if (config.variable_std) {
    net_.bias(net_.layer_count() - 1)
        .narrow(0, actions_, actions_)
        .fill_(std::log(config.action_std));
    net_.changed();
  }
  x_ = new_floats({kBlock, obs_});
  dy_ = new_floats({kBlock, width_});
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
  distribution(obs, out, {});
}

void Actor::distribution(std::span<const float> obs, std::span<float> means,
                         std::span<float> deviations) {
  const size_t a = sigma_.size();
  net_.each_block(static_cast<int64_t>(means.size() / a),
                  [&](MlpPass& pass, int64_t at, int64_t n) {
                    const ConstBlock y = pass.forward({obs.data() + at * obs_, n, obs_, obs_});
                    for (int64_t r = 0; r < n; ++r) {
                      const float* row = y.data + r * width_;
                      const size_t to = static_cast<size_t>(at + r) * a;
                      std::copy_n(row, a, &means[to]);
                      if (deviations.empty()) continue;
                      if (config_.variable_std) {
                        spread(row + a, deviations.subspan(to, a));
                      } else {
                        std::copy_n(sigma_.data(), a, &deviations[to]);
                      }
                    }
                  });
  bound_means(config_, means, a, a);
}

double Actor::entropy() const {
  return log_norm_ + 0.5 * static_cast<double>(sigma_.size());
}

void Actor::log_prob(std::span<const float> actions, std::span<const float> means,
                     std::span<const float> deviations, std::span<float> out) const {
  const size_t a = sigma_.size();
  const bool each = deviations.size() > a;
  for (size_t r = 0; r < out.size(); ++r) {
    const float* sigma = &deviations[each ? r * a : 0];
    double sum = 0;
    for (size_t i = 0; i < a; ++i) {
      const double z = (static_cast<double>(actions[r * a + i]) - means[r * a + i]) / sigma[i];
      sum -= 0.5 * z * z + std::log(static_cast<double>(sigma[i])) + kHalfLogTwoPi;
    }
    out[r] = static_cast<float>(sum);
  }
}

void Actor::row_loss(const float* action, const float* y, double old_logp, double advantage,
                     double share, float* dy, ActorStats& stats) {
  const size_t a = sigma_.size();
  const bool own = config_.variable_std;
  const double log_norm = own ? spread(y + a, row_sigma_) : log_norm_;
  const std::vector<float>& sigma = own ? row_sigma_ : sigma_;
  std::vector<double>& dlog = own ? row_dlog_ : dlog_;
  if (own) std::fill(row_dlog_.begin(), row_dlog_.end(), 0.0);
  double logp = -log_norm;
  for (size_t i = 0; i < a; ++i) {
    const double z = (static_cast<double>(action[i]) - y[i]) / sigma[i];
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
    const double s = sigma[i], m = y[i], d = action[i] - m;
    const double over = std::min(m + 1, 0.0) + std::max(m - 1, 0.0);
    stats.bound_loss += share * over * over;
    stats.loss +=
        share * (config_.action_bound_weight * over * over + config_.action_reg_weight * m * m);
    // d ln pi / d mu = (a - mu) / s^2, by ln s it is z^2 - 1
    dy[i] += static_cast<float>(
        pull * d / (s * s) +
        2 * share * (config_.action_bound_weight * over + config_.action_reg_weight * m));
    dlog[i] += pull * (d * d / (s * s) - 1);
  }
  if (!own) return;
  const double order = share * config_.action_entropy_weight;
  stats.loss -= order * (log_norm + 0.5 * static_cast<double>(a));
  for (size_t i = 0; i < a; ++i) dy[a + i] += static_cast<float>(row_dlog_[i] - order);
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

double Actor::row_kl(const float* mu, const float* sigma, const float* old_mu,
                     const float* old_sigma) const {
  double kl = 0;
  for (size_t i = 0; i < sigma_.size(); ++i) {
    const double s = sigma[i], o = old_sigma[i], d = static_cast<double>(mu[i]) - old_mu[i];
    kl += std::log(s / o) + (o * o + d * d) / (2 * s * s) - 0.5;
  }
  return kl;
}

void Actor::accumulate(const Rows& rows, std::span<const int64_t> picks, ActorStats& stats) {
  const size_t a = sigma_.size(), w = static_cast<size_t>(obs_), out = static_cast<size_t>(width_);
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
        const std::span<float> mu = floats(y).first(copies * n * out);
        const std::span<float> dmu = floats(dy_).first(copies * n * out);
        bound_means(config_, mu, out, a);
        std::fill(dmu.begin(), dmu.end(), 0.0F);
        for (size_t r = 0; r < n; ++r) {
          const auto row = static_cast<size_t>(block[r]);
          const float* action = rows.actions.data() + row * a;
          float *m = &mu[r * out], *dm = &dmu[r * out];
          row_loss(action, m, rows.old_logp[row], rows.advantage[row], share, dm, stats);
          if (watch) {
            const float* sigma = config_.variable_std ? row_sigma_.data() : sigma_.data();
            stats.kl += each * row_kl(m, sigma, &rows.means[row * a], old_sigma(rows, row));
          }
          if (copies == 1) continue;
          float *other = &mu[(n + r) * out], *dother = &dmu[(n + r) * out];
          if (config_.symmetry_augmentation) {
            mirror_action_.apply({action, a}, image_);
            row_loss(image_.data(), other, rows.old_logp[row], rows.advantage[row], share, dother,
                     stats);
          }
          if (config_.symmetry_weight > 0) symmetry_loss(m, other, each, dm, dother, stats);
        }
        bound_slopes(config_, mu, dmu, out, a);
        net_.backward(dy_.narrow(0, 0, count));
      },
      static_cast<size_t>(kBlock) / copies);
  if (config_.variable_std) return;
  stats.loss -= config_.action_entropy_weight * entropy();
  const std::span<float> g = floats(std_grad_);
  for (size_t i = 0; i < a; ++i) {
    const double d = dlog_[i] - config_.action_entropy_weight;
    g[i] = static_cast<float>(config_.std_as_log ? d : d / sigma_[i]);
  }
}

double Actor::imitate(std::span<const float> obs, std::span<const float> targets,
                      const WarmStart& how) {
  const auto a = static_cast<size_t>(actions_), out = static_cast<size_t>(width_);
  OptimizerConfig adam;
  adam.type = OptimizerType::adam;
  adam.learning_rate = how.learning_rate;
  Optimizer optimizer(adam, net_.params(), net_.grads());
  optimizer.average_over(*ranks_);
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
      const std::span<float> mu = floats(y).first(n * out), dmu = floats(dy_).first(n * out);
      bound_means(config_, mu, out, a);
      std::fill(dmu.begin(), dmu.end(), 0.0F);
      for (size_t r = 0; r < n; ++r) {
        const float* target = &targets[static_cast<size_t>(block[r]) * a];
        for (size_t i = 0; i < a; ++i) {
          const double d = static_cast<double>(mu[r * out + i]) - target[i];
          error += share * d * d;
          dmu[r * out + i] = static_cast<float>(2 * share * d);
        }
      }
      bound_slopes(config_, mu, dmu, out, a);
      net_.backward(dy_.narrow(0, 0, static_cast<int64_t>(n)));
    });
    optimizer.step();
  }
  return error / std::max(how.updates, 1);
}

Mlp::Heads Actor::heads() const {
  if (config_.variable_std)
    return {"_model._action_dist._mean_net", "_model._action_dist._logstd_net"};
  return {"_model._action_dist._mean_net"};
}

void Actor::save(Archive& a, bool full) const {
  net_.save(a, "_model._actor_layers.", heads());
  if (!config_.variable_std) {
    std::vector<float> logstd;
    for (const float s : sigma_) logstd.push_back(std::log(s));
    a.put<float>("_model._action_dist._logstd_net", logstd);
  }
  if (!full) return;
  optimizer_.save(a, "actor_optimizer");
  a.put<uint64_t>("rng.actor", rng_.state());
  if (!config_.learned_std) return;
  put(a, "actor.std", std_);
  std_optimizer_.save(a, "std_optimizer");
}

void Actor::load(const Archive& a, bool full) {
  net_.load(a, "_model._actor_layers.", heads());
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
