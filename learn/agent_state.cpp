// An agent's checkpoint: what is saved, what may be loaded, and the first number that is none.
#include <array>
#include <cmath>

#include "learn/agent_impl.h"

namespace motus::learn {

namespace {

constexpr const char* kCriticNorm = "_critic_obs_norm";

}  // namespace

/// Critics of one width can stand for each other (a policy whose measurements have errors beside one
/// without), but a run goes on only with its own.
void Agent::Impl::check_critic(const Archive& a, bool full) const {
  const std::string mean = std::string(kCriticNorm) + "._mean";
  const size_t there = a.arrays.contains(mean) ? a.get<float>(mean).size() : 0;
  const auto here = static_cast<size_t>(spec.critic_obs);
  const auto shared = static_cast<size_t>(spec.obs);
  if (there == here) return;
  if (!full && (there ? there : shared) == (here ? here : shared)) return;
  const auto words = [](size_t width) {
    return width == 0 ? std::string("sees what the policy sees")
                      : fmt::format("has an observation of its own ({} numbers)", width);
  };
  throw Error(
      Kind::bad_input,
      fmt::format("the checkpoint's critic {}, this environment's {}", words(there), words(here)),
      "MimicKit's models know no critic of its own sight: test and train with "
      "the environment that the model was trained in");
}

std::string Agent::first_bad(bool rollout) const {
  const Impl& m = *impl_;
  const auto sound = [](const at::Tensor& t) { return std::isfinite(t.sum().item<double>()); };
  const bool nets = sound(m.actor.net().params()) && sound(m.actor.std_param()) &&
                    sound(m.critic.net().params()) &&
                    (!m.judge || sound(m.judge->disc.net().params()));
  if (nets && !rollout) return {};
  if (const std::string where = m.r.first_bad(); !where.empty()) return where;
  Archive all;
  save(all, false);
  for (const auto& [name, array] : all.arrays) {
    if (array.dtype != Dtype::f32) continue;
    for (const float v : all.get<float>(name))
      if (!std::isfinite(v)) return name;
  }
  return {};
}

void Agent::save(Archive& a, bool full) const {
  const Impl& m = *impl_;
  m.actor.save(a, full);
  m.critic.save(a, full);
  m.obs_norm.save(a, "_obs_norm");
  if (m.critic_norm) m.critic_norm->save(a, kCriticNorm);
  a.put<float>("_a_norm._mean", m.spec.action_centre);
  a.put<float>("_a_norm._std", m.spec.action_scale);
  if (m.config.normalize_value) m.value_norm.save(a, "_value_norm");
  if (m.judge) m.judge->disc.save(a, full);
  if (!full) return;
  a.words["kernel"] = kernel();
  a.put<uint64_t>("rng.explore", m.explore.state());
  a.put<int64_t>("agent.iterations", std::array{m.iterations});
  if (!m.judge) return;
  m.judge->source.save(a);
  const DiscStats& d = m.judge->last;
  a.put<double>("agent.disc_stats", std::array{d.loss, d.grad_penalty, d.logit_loss, d.agent_acc,
                                               d.demo_acc, d.agent_logit, d.demo_logit});
}

void Agent::load(const Archive& a, bool full) {
  Impl& m = *impl_;
  m.check_critic(a, full);
  m.actor.load(a, full);
  m.critic.load(a, full);
  m.obs_norm.load(a, "_obs_norm");
  if (m.critic_norm) {
    const bool own = a.arrays.contains(std::string(kCriticNorm) + "._mean");
    m.critic_norm->load(a, own ? kCriticNorm : "_obs_norm");
  }
  if (m.config.normalize_value) m.value_norm.load(a, "_value_norm");
  if (m.judge) m.judge->disc.load(a, full);
  m.step = 0;
  if (!full) return;
  if (a.words.contains("kernel")) m.compute_with(arithmetic_from(a.word("kernel")));
  a.get<uint64_t>("rng.explore", m.explore.state());
  std::array<int64_t, 1> count{};
  a.get<int64_t>("agent.iterations", count);
  m.iterations = count[0];
  if (!m.judge) return;
  m.judge->source.load(a);
  std::array<double, 7> d{};
  a.get<double>("agent.disc_stats", d);
  m.judge->last = {d[0], d[1], d[2], d[3], d[4], d[5], d[6]};
}

}  // namespace motus::learn
