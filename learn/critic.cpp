#include "learn/critic.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "learn/blocks.h"
#include "learn/start.h"

namespace motus::learn {

namespace {

struct ValueLoss {
  double value = 0, slope = 0;
};

ValueLoss value_loss(const AgentConfig& c, double v, double target, double old) {
  const double d = v - target;
  const ValueLoss plain{d * d, 2 * d};
  if (c.value_clip <= 0) return plain;
  const double step = std::clamp(v - old, -c.value_clip, c.value_clip);
  const double clipped = old + step - target;
  if (c.value_clip_form == ValueClip::max && plain.value >= clipped * clipped) return plain;
  const bool inside = step == v - old;
  return {clipped * clipped, inside ? 2 * clipped : 0};
}

}  // namespace

Critic::Critic(const AgentConfig& config, int envs, int obs, uint64_t seed)
    : config_(config),
      obs_(obs),
      batch_(config.critic_rows(envs)),
      net_(obs, config.critic_net, 1, config.elu ? Activation::elu : Activation::relu,
           best_arithmetic(config.precision)),
      optimizer_(config.critic_opt, net_.params(), net_.grads()),
      rng_(seed, 40) {
  Rng start(seed, 41);
  start_network(net_, config, start, 0);
}

Critic::Bench& Critic::bench() {
  Bench& b = benches_[static_cast<size_t>(Crew::self())];
  if (!b.x.data()) b = {Buffer<float>(kBlock * obs_), Buffer<float>(kBlock)};
  return b;
}

void Critic::share_with(Crew* crew) {
  net_.share_with(crew);
  benches_.resize(std::max(benches_.size(), static_cast<size_t>(crew->threads())));
}

void Critic::values(std::span<const float> obs, std::span<float> out) {
  net_.each_block(static_cast<int64_t>(out.size()), [&](MlpPass& pass, int64_t at, int64_t n) {
    const ConstBlock y = pass.forward({obs.data() + at * obs_, n, obs_, obs_});
    std::memcpy(out.data() + at, y.data, static_cast<size_t>(n) * sizeof(float));
  });
}

double Critic::accumulate(const ValueRows& rows, std::span<const int64_t> picks) {
  const auto w = static_cast<size_t>(obs_);
  const size_t copies = config_.symmetry_augmentation ? 2 : 1;
  const double share = 1.0 / static_cast<double>(picks.size() * copies);
  std::array<double, Mlp::kMaxLanes> losses{};
  net_.zero_grads();
  // the mirror images follow the rows
  const size_t total = picks.size() * copies;
  net_.over_rows(static_cast<int64_t>(total), [&](MlpPass& pass, int lane, int64_t first,
                                                  int64_t n) {
    Bench& b = bench();
    float* dv = b.slope.data();
    for (int64_t i = 0; i < n; ++i) {
      const auto at = static_cast<size_t>(first + i);
      const auto row = static_cast<size_t>(picks[at % picks.size()]);
      const std::span<const float> from = rows.obs.subspan(row * w, w);
      const std::span<float> to{b.x.data() + static_cast<size_t>(i) * w, w};
      if (at < picks.size()) {
        std::copy(from.begin(), from.end(), to.begin());
      } else {
        mirror_.apply(from, to);
      }
    }
    const float* v = pass.forward({b.x.data(), n, obs_, obs_}).data;
    for (int64_t i = 0; i < n; ++i) {
      const auto row = static_cast<size_t>(picks[static_cast<size_t>(first + i) % picks.size()]);
      const ValueLoss l = value_loss(config_, v[i], rows.targets[row], rows.old_values[row]);
      losses[static_cast<size_t>(lane)] += share * l.value;
      dv[i] = static_cast<float>(share * l.slope);
    }
    pass.backward(dv);
  });
  double loss = 0;
  for (const double l : losses) loss += l;
  return loss;
}

double Critic::update(const ValueRows& rows) {
  const auto n = static_cast<int64_t>(rows.targets.size());
  const int64_t steps = config_.critic_epochs * ceil_div(n, batch_);
  picks_.resize(static_cast<size_t>(std::min(batch_, n)));
  deck_.open(n, rng_);
  double loss = 0;
  for (int64_t s = 0; s < steps; ++s) {
    deck_.deal(picks_, rng_);
    loss += accumulate(rows, picks_);
    optimizer_.step();
  }
  return loss / static_cast<double>(steps);
}

void Critic::save(Archive& a, bool full) const {
  net_.save(a, "_model._critic_layers.", {"_model._critic_out"});
  if (!full) return;
  optimizer_.save(a, "critic_optimizer");
  a.put<uint64_t>("rng.critic", rng_.state());
}

void Critic::load(const Archive& a, bool full) {
  net_.load(a, "_model._critic_layers.", {"_model._critic_out"});
  if (!full) return;
  optimizer_.load(a, "critic_optimizer");
  a.get<uint64_t>("rng.critic", rng_.state());
}

}  // namespace motus::learn
