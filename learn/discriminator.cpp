#include "learn/discriminator.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace motus::learn {

namespace {

double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}
double softplus(double x) {
  return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}

void gather(std::span<const float> rows, std::span<const int64_t> picks, size_t width, float* out) {
  for (const int64_t i : picks) {
    std::memcpy(out, rows.data() + static_cast<size_t>(i) * width, width * sizeof(float));
    out += width;
  }
}

}  // namespace

Discriminator::Discriminator(const AgentConfig& config, int envs, int width, uint64_t seed)
    : config_(config),
      width_(width),
      rows_(config.disc_rows(envs)),
      steps_(config.disc_steps_of(envs)),
      net_(width, config.disc_net, 1),
      optimizer_(config.disc_opt, net_.params(), net_.grads()),
      normalizer_(width),
      replay_(config.disc_buffer_size, width),
      rng_(seed, 20) {
  Rng start(seed, 21);
  net_.init(start, 1.0);
  const int64_t fresh = config.disc_half_mix ? (rows_ + 1) / 2 : rows_;
  agent_batch_.resize(static_cast<size_t>(2 * fresh * width_));
  demo_batch_.resize(static_cast<size_t>(rows_ * width_));
  picks_.resize(static_cast<size_t>(std::max(fresh, rows_)));
  x_ = new_floats({kBlock, width_});
  s_ = new_floats({kBlock, 1});
  c_ = new_floats({kBlock, 1});
}

void Discriminator::rewards(std::span<const float> rows, std::span<float> out) {
  const auto w = static_cast<size_t>(width_);
  for (size_t at = 0; at < out.size(); at += kBlock) {
    const size_t n = std::min<size_t>(kBlock, out.size() - at);
    normalizer_.apply(rows.subspan(at * w, n * w), floats(x_).first(n * w));
    const at::Tensor logit = net_.forward(x_.narrow(0, 0, static_cast<int64_t>(n)));
    const float* d = logit.data_ptr<float>();
    for (size_t i = 0; i < n; ++i) {
      const double miss = std::max(1 - sigmoid(d[i]), 1e-4);
      out[at + i] = static_cast<float>(-config_.disc_reward_scale * std::log(miss));
    }
  }
}

void Discriminator::remember(std::span<const float> rows) {
  replay_.push(rows, config_.disc_replay_samples, rng_);
}

void Discriminator::accumulate(std::span<const float> agent, std::span<const float> demo,
                               DiscStats& stats) {
  const auto w = static_cast<size_t>(width_);
  const size_t agents = agent.size() / w, demos = demo.size() / w, total = agents + demos;
  const double gp = config_.disc_grad_penalty;
  const double demo_share = config_.disc_penalty_on_agent ? 0.5 : 1.0;
  const double agent_share = config_.disc_penalty_on_agent ? 0.5 : 0.0;
  net_.zero_grads();
  double bce = 0, penalty = 0;
  for (size_t at = 0; at < total; at += kBlock) {
    const size_t n = std::min<size_t>(kBlock, total - at);
    float* x = x_.data_ptr<float>();
    for (size_t i = 0; i < n; ++i) {
      const size_t r = at + i;
      const float* row = r < agents ? agent.data() + r * w : demo.data() + (r - agents) * w;
      std::memcpy(x + i * w, row, w * sizeof(float));
    }
    const auto rows = static_cast<int64_t>(n);
    const at::Tensor logit = net_.forward(x_.narrow(0, 0, rows));
    const at::Tensor square = net_.input_gradient();
    const float* d = logit.data_ptr<float>();
    const float* g2 = square.data_ptr<float>();
    float* s = s_.data_ptr<float>();
    float* c = c_.data_ptr<float>();
    for (size_t i = 0; i < n; ++i) {
      const bool is_agent = at + i < agents;
      const double count = static_cast<double>(is_agent ? agents : demos);
      const double p = sigmoid(d[i]);
      s[i] = static_cast<float>(0.5 * (is_agent ? p : p - 1) / count);
      const double share = (is_agent ? agent_share : demo_share) / count;
      c[i] = static_cast<float>(gp * share);
      penalty += share * g2[i];
      bce += 0.5 * softplus(is_agent ? d[i] : -d[i]) / count;
      (is_agent ? stats.agent_logit : stats.demo_logit) += d[i] / count;
      (is_agent ? stats.agent_acc : stats.demo_acc) += ((d[i] < 0) == is_agent ? 1 : 0) / count;
    }
    net_.penalised_backward(s_.narrow(0, 0, rows), c_.narrow(0, 0, rows));
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
  stats.loss +=
      bce + gp * penalty + config_.disc_logit_reg * logit_loss + config_.disc_weight_loss * weights;
}

DiscStats Discriminator::update(std::span<const float> agent, std::span<const float> demo) {
  const auto w = static_cast<size_t>(width_);
  const size_t fresh = agent_batch_.size() / (2 * w);
  agent_deck_.open(static_cast<int64_t>(agent.size() / w), rng_);
  demo_deck_.open(static_cast<int64_t>(demo.size() / w), rng_);
  DiscStats sum;
  for (int64_t step = 0; step < steps_; ++step) {
    const std::span agent_rows(agent_batch_);
    std::span picks = std::span(picks_).first(fresh);
    agent_deck_.deal(picks, rng_);
    gather(agent, picks, w, agent_batch_.data());
    replay_.sample(agent_rows.subspan(fresh * w), rng_);
    picks = std::span(picks_).first(static_cast<size_t>(rows_));
    demo_deck_.deal(picks, rng_);
    gather(demo, picks, w, demo_batch_.data());
    normalizer_.apply(agent_batch_, agent_batch_);
    normalizer_.apply(demo_batch_, demo_batch_);
    accumulate(agent_batch_, demo_batch_, sum);
    optimizer_.step();
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
  replay_.save(a);
  a.put<uint64_t>("rng.disc", rng_.state());
}

void Discriminator::load(const Archive& a, bool full) {
  net_.load(a, "_model._disc_layers.", "_model._disc_logits");
  normalizer_.load(a, "_disc_obs_norm");
  if (!full) return;
  optimizer_.load(a, "disc_optimizer");
  replay_.load(a);
  a.get<uint64_t>("rng.disc", rng_.state());
}

}  // namespace motus::learn
