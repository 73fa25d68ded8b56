#include "learn/discriminator.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "learn/blocks.h"
#include "learn/start.h"
#include "learn/style.h"

namespace motus::learn {

Discriminator::Discriminator(const AgentConfig& config, int envs, int width, uint64_t seed)
    : config_(config),
      width_(width),
      rows_(config.disc_rows(envs)),
      steps_(config.disc_steps_of(envs)),
      net_(width, config.disc_net, 1),
      optimizer_(config.disc_opt, net_.params(), net_.grads()),
      normalizer_(
          width, {config.normalizer_clip, config.normalizer_epsilon, config.method == Method::add}),
      replay_(config.disc_buffer_size, width),
      rng_(seed, 20) {
  Rng start(seed, 21);
  start_network(net_, config, start, 1.0);
  const auto rows = static_cast<size_t>(rows_), w = static_cast<size_t>(width_);
  const BatchMix mix = config.disc_batch_mix;
  fresh_ = mix == BatchMix::full ? rows : mix == BatchMix::half ? (rows + 1) / 2 : 0;
  agent_batch_.resize((mix == BatchMix::replay ? rows : 2 * fresh_) * w);
  demo_batch_.resize((config.method == Method::add ? 1 : rows) * w);
  if (config.disc_grad_penalty_on == PenaltyOn::interpolated) {
    mixed_batch_.resize(std::min(agent_batch_.size(), demo_batch_.size()));
  }
  picks_.resize(std::max(fresh_, rows));
  x_ = new_floats({kBlock, width_});
  s_ = new_floats({kBlock, 1});
  c_ = new_floats({kBlock, 1});
}

void Discriminator::rewards(std::span<const float> rows, std::span<float> out) {
  const auto w = static_cast<size_t>(width_);
  blocks(out.size(), [&](size_t at, size_t n) {
    normalizer_.apply(rows.subspan(at * w, n * w), floats(x_).first(n * w));
    const at::Tensor logit = net_.forward(x_.narrow(0, 0, static_cast<int64_t>(n)));
    const float* d = logit.data_ptr<float>();
    for (size_t i = 0; i < n; ++i) out[at + i] = static_cast<float>(style_reward(config_, d[i]));
  });
}

void Discriminator::remember(std::span<const float> rows) {
  replay_.push(rows, config_.disc_replay_samples, config_.disc_replay_keep, rng_);
}

void Discriminator::accumulate(std::span<const float> agent, std::span<const float> demo,
                               std::span<const float> mixed, DiscStats& stats) {
  const auto w = static_cast<size_t>(width_);
  const size_t agents = agent.size() / w, demos = demo.size() / w;
  const double gp = config_.disc_grad_penalty, target = config_.disc_grad_penalty_target;
  const PenaltyOn on = config_.disc_grad_penalty_on;
  const double both = on == PenaltyOn::both ? 0.5 : 0.0;
  const double demo_share = on == PenaltyOn::demo ? 1.0 : both;
  net_.zero_grads();
  double loss = 0, penalty = 0;
  const auto row_at = [&](size_t r) {
    if (r < agents) return agent.data() + r * w;
    return r < agents + demos ? demo.data() + (r - agents) * w
                              : mixed.data() + (r - agents - demos) * w;
  };
  blocks(agents + demos + mixed.size() / w, [&](size_t at, size_t n) {
    float* x = x_.data_ptr<float>();
    for (size_t i = 0; i < n; ++i) std::memcpy(x + i * w, row_at(at + i), w * sizeof(float));
    const auto rows = static_cast<int64_t>(n);
    const at::Tensor logit = net_.forward(x_.narrow(0, 0, rows));
    const at::Tensor square = net_.input_gradient();
    const float* d = logit.data_ptr<float>();
    const float* g2 = square.data_ptr<float>();
    float* s = s_.data_ptr<float>();
    float* c = c_.data_ptr<float>();
    for (size_t i = 0; i < n; ++i) {
      const bool is_agent = at + i < agents, is_mixed = at + i >= agents + demos;
      const double count = static_cast<double>(is_mixed   ? mixed.size() / w
                                               : is_agent ? agents
                                                          : demos);
      const double share = (is_mixed ? 1.0 : is_agent ? both : demo_share) / count;
      // (|g| - t)^2 has the slope (1 - t / |g|) times that of |g|^2
      const double norm = std::sqrt(static_cast<double>(g2[i]));
      penalty += share * (norm - target) * (norm - target);
      c[i] = static_cast<float>(gp * share * (target > 0 ? 1 - target / (norm + 1e-12) : 1));
      s[i] = 0;
      if (is_mixed) continue;
      const LogitLoss l = logit_loss(config_.disc_loss, is_agent, d[i]);
      loss += l.value / count;
      s[i] = static_cast<float>(l.slope / count);
      (is_agent ? stats.agent_logit : stats.demo_logit) += d[i] / count;
      (is_agent ? stats.agent_acc : stats.demo_acc) += ((d[i] < 0) == is_agent ? 1 : 0) / count;
    }
    net_.penalised_backward(s_.narrow(0, 0, rows), c_.narrow(0, 0, rows));
  });
  const size_t last = net_.layer_count() - 1;
  const double logit_loss = net_.weight(last).square().sum().item<double>();
  net_.weight_grad(last).add_(net_.weight(last), 2 * config_.disc_logit_reg);
  double weights = 0;
  if (config_.disc_weight_loss > 0) {
    for (size_t k = 0; k <= last; ++k) {
      weights += net_.weight(k).square().sum().item<double>();
      net_.weight_grad(k).add_(net_.weight(k), 2 * config_.disc_weight_loss);
    }
  }
  stats.grad_penalty += penalty;
  stats.logit_loss += logit_loss;
  stats.loss += loss + gp * penalty + config_.disc_logit_reg * logit_loss +
                config_.disc_weight_loss * weights;
}

void Discriminator::step() {
  optimizer_.scale_gradients();
  clip_together({net_.grads()}, config_.disc_opt.grad_clip);
  if (config_.disc_head_decay >= 0) {
    // the optimiser adds the trunk's decay to all; the logit layer gets the difference
    const double more = config_.disc_head_decay - config_.disc_opt.weight_decay;
    const size_t last = net_.layer_count() - 1;
    net_.weight_grad(last).add_(net_.weight(last), more);
    net_.bias_grad(last).add_(net_.bias(last), more);
  }
  optimizer_.apply();
}

/// Rows on the lines between demo and agent.
void Discriminator::mix() {
  const auto w = static_cast<size_t>(width_);
  for (size_t at = 0; at < mixed_batch_.size(); at += w) {
    const auto u = static_cast<float>(rng_.uniform());
    for (size_t i = at; i < at + w; ++i)
      mixed_batch_[i] = u * demo_batch_[i] + (1 - u) * agent_batch_[i];
  }
}

DiscStats Discriminator::update(std::span<const float> agent, std::span<const float> demo) {
  const auto w = static_cast<size_t>(width_);
  const bool differences = config_.method == Method::add;
  agent_deck_.open(static_cast<int64_t>(agent.size() / w), rng_);
  if (!differences) demo_deck_.open(static_cast<int64_t>(demo.size() / w), rng_);
  DiscStats sum;
  for (int64_t step = 0; step < steps_; ++step) {
    std::span picks = std::span(picks_).first(fresh_);
    agent_deck_.deal(picks, rng_);
    gather(agent, picks, w, agent_batch_.data());
    replay_.sample(std::span(agent_batch_).subspan(fresh_ * w), config_.disc_replacement, rng_);
    normalizer_.apply(agent_batch_, agent_batch_);
    if (!differences) {
      picks = std::span(picks_).first(static_cast<size_t>(rows_));
      demo_deck_.deal(picks, rng_);
      gather(demo, picks, w, demo_batch_.data());
      normalizer_.apply(demo_batch_, demo_batch_);
    }
    mix();
    accumulate(agent_batch_, demo_batch_, mixed_batch_, sum);
    this->step();
  }
  const double k = 1.0 / static_cast<double>(std::max<int64_t>(steps_, 1));
  for (double* v : {&sum.loss, &sum.grad_penalty, &sum.logit_loss, &sum.agent_acc, &sum.demo_acc,
                    &sum.agent_logit, &sum.demo_logit})
    *v *= k;
  return sum;
}

void Discriminator::save(Archive& a, bool full) const {
  net_.save(a, "_model._disc_layers.", "_model._disc_logits");
  normalizer_.save(a, "_disc_obs_norm");
  if (!full) return;
  optimizer_.save(a, "disc_optimizer");
  replay_.save(a, "replay");
  a.put<uint64_t>("rng.disc", rng_.state());
}

void Discriminator::load(const Archive& a, bool full) {
  net_.load(a, "_model._disc_layers.", "_model._disc_logits");
  normalizer_.load(a, "_disc_obs_norm");
  if (!full) return;
  optimizer_.load(a, "disc_optimizer");
  replay_.load(a, "replay");
  a.get<uint64_t>("rng.disc", rng_.state());
}

}  // namespace motus::learn
