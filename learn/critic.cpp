#include "learn/critic.h"

#include <algorithm>
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
      net_(obs, config.critic_net, 1, config.elu ? Activation::elu : Activation::relu),
      optimizer_(config.critic_opt, net_.params(), net_.grads()),
      rng_(seed, 40) {
  Rng start(seed, 41);
  start_network(net_, config, start, 0);
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

double Critic::accumulate(const ValueRows& rows, std::span<const int64_t> picks) {
  const auto w = static_cast<size_t>(obs_);
  const size_t copies = config_.symmetry_augmentation ? 2 : 1;
  const double share = 1.0 / static_cast<double>(picks.size() * copies);
  double loss = 0;
  net_.zero_grads();
  blocks(
      picks.size(),
      [&](size_t at, size_t n) {
        const auto block = picks.subspan(at, n);
        gather(rows.obs, block, w, x_.data_ptr<float>());
        const std::span<float> x = floats(x_);
        for (size_t r = n; r < copies * n; ++r)
          mirror_.apply(x.subspan((r - n) * w, w), x.subspan(r * w, w));
        const auto count = static_cast<int64_t>(copies * n);
        const at::Tensor y = net_.forward(x_.narrow(0, 0, count));
        const float* v = y.data_ptr<float>();
        float* dv = dy_.data_ptr<float>();
        for (size_t r = 0; r < copies * n; ++r) {
          const auto row = static_cast<size_t>(block[r % n]);
          const ValueLoss l = value_loss(config_, v[r], rows.targets[row], rows.old_values[row]);
          loss += share * l.value;
          dv[r] = static_cast<float>(share * l.slope);
        }
        net_.backward(dy_.narrow(0, 0, count));
      },
      static_cast<size_t>(kBlock) / copies);
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
