#include "learn/discriminator.h"

#include <algorithm>
#include <array>
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
      net_(width, config.disc_net, 1, Activation::relu, best_arithmetic(config.precision)),
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
}

Discriminator::Bench& Discriminator::bench() {
  Bench& b = benches_[static_cast<size_t>(Crew::self())];
  if (!b.x.data())
    b = {Buffer<float>(kBlock * width_), Buffer<float>(kBlock), Buffer<float>(kBlock)};
  return b;
}

void Discriminator::share_with(Crew* crew) {
  net_.share_with(crew);
  benches_.resize(std::max(benches_.size(), static_cast<size_t>(crew->threads())));
}

void Discriminator::rewards(std::span<const float> rows, std::span<float> out) {
  net_.each_block(static_cast<int64_t>(out.size()), [&](MlpPass& pass, int64_t at, int64_t n) {
    float* x = bench().x.data();
    const auto first = static_cast<size_t>(at), count = static_cast<size_t>(n * width_);
    normalizer_.apply(rows.subspan(first * static_cast<size_t>(width_), count), {x, count});
    const float* d = pass.forward({x, n, width_, width_}).data;
    for (int64_t i = 0; i < n; ++i)
      out[static_cast<size_t>(at + i)] = static_cast<float>(style_reward(config_, d[i]));
  });
}

void Discriminator::remember(std::span<const float> rows) {
  replay_.push(rows, config_.disc_replay_samples, config_.disc_replay_keep, rng_);
}

void Discriminator::accumulate(std::span<const float> agent, std::span<const float> demo,
                               std::span<const float> mixed, DiscStats& stats) {
  const auto w = static_cast<size_t>(width_);
  const size_t agents = agent.size() / w, demos = demo.size() / w, between = mixed.size() / w;
  const double gp = config_.disc_grad_penalty, target = config_.disc_grad_penalty_target;
  const PenaltyOn on = config_.disc_grad_penalty_on;
  const double both = on == PenaltyOn::both ? 0.5 : 0.0;
  const double demo_share = on == PenaltyOn::demo ? 1.0 : both;
  const auto row_at = [&](size_t r) {
    if (r < agents) return agent.data() + r * w;
    return r < agents + demos ? demo.data() + (r - agents) * w
                              : mixed.data() + (r - agents - demos) * w;
  };
  struct Sums {
    double loss = 0, penalty = 0;
    DiscStats stats;
  };
  std::array<Sums, Mlp::kMaxLanes> lanes;
  net_.zero_grads();
  const auto total = static_cast<int64_t>(agents + demos + between);
  net_.over_rows(total, [&](MlpPass& pass, int lane, int64_t first, int64_t n) {
    Sums& sum = lanes[static_cast<size_t>(lane)];
    Bench& b = bench();
    const auto at = static_cast<size_t>(first), rows = static_cast<size_t>(n);
    float *x = b.x.data(), *s = b.s.data(), *c = b.c.data();
    for (size_t i = 0; i < rows; ++i) std::memcpy(x + i * w, row_at(at + i), w * sizeof(float));
    const float* d = pass.forward({x, n, width_, width_}).data;
    // no penalty on any of these rows: half of the products can be left out
    const bool plain = gp == 0 || (both == 0 && at + rows <= agents);
    const float* g2 = plain ? nullptr : pass.input_gradient();
    for (size_t i = 0; i < rows; ++i) {
      const bool is_agent = at + i < agents, is_mixed = at + i >= agents + demos;
      const double count = static_cast<double>(is_mixed ? between : is_agent ? agents : demos);
      s[i] = 0;
      if (!plain) {
        const double share = (is_mixed ? 1.0 : is_agent ? both : demo_share) / count;
        // (|g| - t)^2 has the slope (1 - t / |g|) times that of |g|^2
        const double norm = std::sqrt(static_cast<double>(g2[i]));
        sum.penalty += share * (norm - target) * (norm - target);
        c[i] = static_cast<float>(gp * share * (target > 0 ? 1 - target / (norm + 1e-12) : 1));
      }
      if (is_mixed) continue;
      const LogitLoss l = logit_loss(config_.disc_loss, is_agent, d[i]);
      sum.loss += l.value / count;
      s[i] = static_cast<float>(l.slope / count);
      DiscStats& t = sum.stats;
      (is_agent ? t.agent_logit : t.demo_logit) += d[i] / count;
      (is_agent ? t.agent_acc : t.demo_acc) += ((d[i] < 0) == is_agent ? 1 : 0) / count;
    }
    if (plain) {
      pass.backward(s);
    } else {
      pass.penalised_backward(s, c);
    }
  });
  double loss = 0, penalty = 0;
  for (const Sums& l : lanes) {
    loss += l.loss;
    penalty += l.penalty;
    stats.agent_logit += l.stats.agent_logit;
    stats.demo_logit += l.stats.demo_logit;
    stats.agent_acc += l.stats.agent_acc;
    stats.demo_acc += l.stats.demo_acc;
  }
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
  net_.save(a, "_model._disc_layers.", {"_model._disc_logits"});
  normalizer_.save(a, "_disc_obs_norm");
  if (!full) return;
  optimizer_.save(a, "disc_optimizer");
  replay_.save(a, "replay");
  a.put<uint64_t>("rng.disc", rng_.state());
}

void Discriminator::load(const Archive& a, bool full) {
  net_.load(a, "_model._disc_layers.", {"_model._disc_logits"});
  normalizer_.load(a, "_disc_obs_norm");
  if (!full) return;
  optimizer_.load(a, "disc_optimizer");
  replay_.load(a, "replay");
  a.get<uint64_t>("rng.disc", rng_.state());
}

}  // namespace motus::learn
