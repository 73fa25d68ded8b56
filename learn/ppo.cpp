#include "learn/ppo.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

namespace motus::learn {

namespace {

void gather(std::span<const float> rows, std::span<const int64_t> picks, size_t width,
            const at::Tensor& out) {
  float* to = out.data_ptr<float>();
  for (const int64_t i : picks) {
    std::memcpy(to, rows.data() + static_cast<size_t>(i) * width, width * sizeof(float));
    to += width;
  }
}

/// Calls block(first, n) for blocks of `total` rows.
template <typename F>
void blocks(size_t total, F block) {
  for (size_t at = 0; at < total; at += kBlock) block(at, std::min<size_t>(kBlock, total - at));
}

int64_t ceil_div(int64_t a, int64_t b) {
  return (a + b - 1) / b;
}

}  // namespace

Actor::Actor(const AgentConfig& config, int envs, int obs, int actions, uint64_t seed)
    : config_(config),
      obs_(obs),
      actions_(actions),
      batch_(config.actor_rows(envs)),
      net_(obs, config.actor_net, actions),
      optimizer_(config.actor_opt, net_.params(), net_.grads()),
      rng_(seed, 30) {
  Rng start(seed, 31);
  net_.init(start, config.actor_init_output_scale);
  x_ = new_floats({kBlock, obs_});
  dy_ = new_floats({kBlock, actions_});
}

void Actor::mean(std::span<const float> obs, std::span<float> out) {
  const auto a = static_cast<size_t>(actions_), w = static_cast<size_t>(obs_);
  blocks(out.size() / a, [&](size_t at, size_t n) {
    const at::Tensor y =
        net_.forward(view_of(obs.subspan(at * w, n * w), {static_cast<int64_t>(n), obs_}));
    std::memcpy(out.data() + at * a, y.data_ptr<float>(), n * a * sizeof(float));
  });
}

void Actor::log_prob(std::span<const float> actions, std::span<const float> means,
                     std::span<float> out) const {
  const auto a = static_cast<size_t>(actions_);
  const double norm = static_cast<double>(a) *
                      (std::log(config_.action_std) + 0.5 * std::log(2 * std::numbers::pi));
  for (size_t r = 0; r < out.size(); ++r) {
    double sum = 0;
    for (size_t i = r * a; i < (r + 1) * a; ++i) {
      const double z = (static_cast<double>(actions[i]) - means[i]) / config_.action_std;
      sum += z * z;
    }
    out[r] = static_cast<float>(-0.5 * sum - norm);
  }
}

void Actor::accumulate(const Rows& rows, std::span<const int64_t> picks, ActorStats& stats) {
  const auto a = static_cast<size_t>(actions_);
  const double std = config_.action_std, clip = config_.ppo_clip_ratio;
  const double share = 1.0 / static_cast<double>(picks.size());
  const double norm =
      static_cast<double>(a) * (std::log(std) + 0.5 * std::log(2 * std::numbers::pi));
  net_.zero_grads();
  double surrogate = 0, bound = 0, reg = 0;
  blocks(picks.size(), [&](size_t at, size_t n) {
    const auto block = picks.subspan(at, n);
    gather(rows.obs, block, static_cast<size_t>(obs_), x_);
    const at::Tensor y = net_.forward(x_.narrow(0, 0, static_cast<int64_t>(n)));
    const float* mu = y.data_ptr<float>();
    float* dmu = dy_.data_ptr<float>();
    for (size_t r = 0; r < n; ++r, mu += a, dmu += a) {
      const auto row = static_cast<size_t>(block[r]);
      const float* action = rows.actions.data() + row * a;
      double sum = 0;
      for (size_t i = 0; i < a; ++i) {
        const double z = (static_cast<double>(action[i]) - mu[i]) / std;
        sum += z * z;
      }
      const double rho = std::exp(-0.5 * sum - norm - rows.old_logp[row]);
      const double adv = rows.advantage[row];
      const double clipped = std::clamp(rho, 1 - clip, 1 + clip);
      const bool flows = adv * rho <= adv * clipped;
      surrogate += share * std::min(adv * rho, adv * clipped);
      stats.clip_frac += share * (std::abs(rho - 1) > clip ? 1 : 0);
      stats.imp_ratio += share * rho;
      // d rho / d mu = rho (a - mu) / std^2
      const double pull = flows ? -share * adv * rho / (std * std) : 0;
      for (size_t i = 0; i < a; ++i) {
        const double m = mu[i];
        const double over = std::min(m + 1, 0.0) + std::max(m - 1, 0.0);
        bound += share * over * over;
        reg += share * m * m;
        dmu[i] = static_cast<float>(
            pull * (action[i] - m) +
            2 * share * (config_.action_bound_weight * over + config_.action_reg_weight * m));
      }
    }
    net_.backward(dy_.narrow(0, 0, static_cast<int64_t>(n)));
  });
  const double entropy = norm + 0.5 * static_cast<double>(a);
  stats.bound_loss += bound;
  stats.loss += -surrogate + config_.action_bound_weight * bound + config_.action_reg_weight * reg -
                config_.action_entropy_weight * entropy;
}

double Actor::kl_from(std::span<const float> obs, std::span<const float> means) {
  means_.resize(means.size());
  mean(obs, means_);
  double sum = 0;
  for (size_t i = 0; i < means.size(); ++i) {
    const double d = static_cast<double>(means_[i]) - means[i];
    sum += d * d;
  }
  const double rows = static_cast<double>(means.size()) / static_cast<double>(actions_);
  return sum / (2 * config_.action_std * config_.action_std * rows);
}

ActorStats Actor::update(const Rows& rows, std::span<const float> means) {
  ActorStats sum;
  const auto n = static_cast<int64_t>(rows.usable.size());
  if (n == 0) return sum;
  const int64_t steps = config_.actor_epochs * ceil_div(n, batch_);
  picks_.resize(static_cast<size_t>(std::min(batch_, n)));
  deck_.open(n, rng_);
  for (int64_t s = 0; s < steps; ++s) {
    deck_.deal(picks_, rng_);
    for (int64_t& p : picks_) p = rows.usable[static_cast<size_t>(p)];
    accumulate(rows, picks_, sum);
    optimizer_.step();
  }
  for (double* v : {&sum.loss, &sum.clip_frac, &sum.imp_ratio, &sum.bound_loss})
    *v /= static_cast<double>(steps);
  sum.kl = kl_from(rows.obs, means);
  if (config_.actor_kl_target > 0) {
    double lr = optimizer_.learning_rate();
    if (sum.kl > 2 * config_.actor_kl_target) lr /= 1.5;
    if (sum.kl < 0.5 * config_.actor_kl_target) lr *= 1.5;
    optimizer_.set_learning_rate(std::clamp(lr, config_.actor_lr_min, config_.actor_lr_max));
  }
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
      gather(obs, block, static_cast<size_t>(obs_), x_);
      const at::Tensor y = net_.forward(x_.narrow(0, 0, static_cast<int64_t>(n)));
      const float* mu = y.data_ptr<float>();
      float* dmu = dy_.data_ptr<float>();
      for (size_t r = 0; r < n; ++r) {
        const float* target = targets.data() + static_cast<size_t>(block[r]) * a;
        for (size_t i = 0; i < a; ++i, ++mu, ++dmu) {
          const double d = static_cast<double>(*mu) - target[i];
          error += share * d * d;
          *dmu = static_cast<float>(2 * share * d);
        }
      }
      net_.backward(dy_.narrow(0, 0, static_cast<int64_t>(n)));
    });
    optimizer.step();
  }
  return error / std::max(how.updates, 1);
}

void Actor::save(Archive& a, bool full) const {
  net_.save(a, "_model._actor_layers.", "_model._action_dist._mean_net");
  const std::vector<float> logstd(static_cast<size_t>(actions_),
                                  static_cast<float>(std::log(config_.action_std)));
  a.put<float>("_model._action_dist._logstd_net", logstd);
  if (!full) return;
  optimizer_.save(a, "actor_optimizer");
  a.put<uint64_t>("rng.actor", rng_.state());
}

void Actor::load(const Archive& a, bool full) {
  net_.load(a, "_model._actor_layers.", "_model._action_dist._mean_net");
  if (!full) return;
  optimizer_.load(a, "actor_optimizer");
  a.get<uint64_t>("rng.actor", rng_.state());
}

Critic::Critic(const AgentConfig& config, int envs, int obs, uint64_t seed)
    : config_(config),
      obs_(obs),
      batch_(config.critic_rows(envs)),
      net_(obs, config.critic_net, 1),
      optimizer_(config.critic_opt, net_.params(), net_.grads()),
      rng_(seed, 40) {
  Rng start(seed, 41);
  net_.init(start, 0);
  x_ = new_floats({kBlock, obs_});
  dy_ = new_floats({kBlock, 1});
}

void Critic::values(std::span<const float> obs, std::span<float> out) {
  const auto w = static_cast<size_t>(obs_);
  blocks(out.size(), [&](size_t at, size_t n) {
    const at::Tensor y =
        net_.forward(view_of(obs.subspan(at * w, n * w), {static_cast<int64_t>(n), obs_}));
    std::memcpy(out.data() + at, y.data_ptr<float>(), n * sizeof(float));
  });
}

double Critic::accumulate(std::span<const float> obs, std::span<const float> returns,
                          std::span<const int64_t> picks) {
  const double share = 1.0 / static_cast<double>(picks.size());
  double loss = 0;
  net_.zero_grads();
  blocks(picks.size(), [&](size_t at, size_t n) {
    const auto block = picks.subspan(at, n);
    gather(obs, block, static_cast<size_t>(obs_), x_);
    const at::Tensor y = net_.forward(x_.narrow(0, 0, static_cast<int64_t>(n)));
    const float* v = y.data_ptr<float>();
    float* dv = dy_.data_ptr<float>();
    for (size_t r = 0; r < n; ++r) {
      const double d = static_cast<double>(v[r]) - returns[static_cast<size_t>(block[r])];
      loss += share * d * d;
      dv[r] = static_cast<float>(2 * share * d);
    }
    net_.backward(dy_.narrow(0, 0, static_cast<int64_t>(n)));
  });
  return loss;
}

double Critic::update(std::span<const float> obs, std::span<const float> returns) {
  const auto n = static_cast<int64_t>(returns.size());
  const int64_t steps = config_.critic_epochs * ceil_div(n, batch_);
  picks_.resize(static_cast<size_t>(std::min(batch_, n)));
  deck_.open(n, rng_);
  double loss = 0;
  for (int64_t s = 0; s < steps; ++s) {
    deck_.deal(picks_, rng_);
    loss += accumulate(obs, returns, picks_);
    optimizer_.step();
  }
  return loss / static_cast<double>(steps);
}

void Critic::save(Archive& a, bool full) const {
  net_.save(a, "_model._critic_layers.", "_model._critic_out");
  if (!full) return;
  optimizer_.save(a, "critic_optimizer");
  a.put<uint64_t>("rng.critic", rng_.state());
}

void Critic::load(const Archive& a, bool full) {
  net_.load(a, "_model._critic_layers.", "_model._critic_out");
  if (!full) return;
  optimizer_.load(a, "critic_optimizer");
  a.get<uint64_t>("rng.critic", rng_.state());
}

}  // namespace motus::learn
