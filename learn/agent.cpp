#include "learn/agent.h"

#include <ATen/Parallel.h>

#include <algorithm>

#include "learn/agent_impl.h"
#include "learn/reflection.h"
#include "learn/returns.h"
#include "learn/statistics.h"
#include "learn/style.h"

namespace motus::learn {

namespace {

void log_disc(const DiscStats& d, IterationStats& s) {
  s.disc_loss = d.loss;
  s.disc_grad_penalty = d.grad_penalty;
  s.disc_agent_acc = d.agent_acc;
  s.disc_demo_acc = d.demo_acc;
  s.disc_agent_logit = d.agent_logit;
  s.disc_demo_logit = d.demo_logit;
  s.disc_logit_loss = d.logit_loss;
}

}  // namespace

Agent::Agent(const AgentConfig& config, const sim::EnvSpec& spec, uint64_t seed)
    : impl_((at::set_num_threads(1), std::make_unique<Impl>(config, spec, seed))) {}
Agent::~Agent() = default;

const AgentConfig& Agent::config() const {
  return impl_->config;
}

void Agent::join(Ranks& ranks) {
  Impl& m = *impl_;
  m.ranks = &ranks;
  m.actor.average_over(ranks.line(Ranks::Line::actor));
  m.critic.optimizer().average_over(ranks.line(Ranks::Line::critic));
  if (m.judge) m.judge->disc.average_over(ranks.line(Ranks::Line::disc));
}

void Agent::act(std::span<const float> obs, std::span<float> actions) {
  Impl& m = *impl_;
  m.scratch.resize(obs.size());
  m.obs_norm.apply(obs, m.scratch);
  m.actor.mean(m.scratch, actions);
}

void Agent::style(std::span<const float> disc_obs, std::span<float> rewards) {
  if (impl_->judge) return impl_->judge->disc.rewards(disc_obs, rewards);
  std::fill(rewards.begin(), rewards.end(), 0.0F);
}

void Agent::prepare(sim::VecEnv& env) {
  Impl& m = *impl_;
  require(m.config.method != Method::add || env.align_demo(), Kind::usage,
          "agent_name: ADD needs an environment that follows its clip moment by moment; this one "
          "does not");
  if (m.judge) m.judge->source.preload(env);
}

void Agent::take_demo(sim::VecEnv& env) {
  Impl& m = *impl_;
  if (m.config.method == Method::amp) m.judge->source.fill(env, m.r.demo);
}

std::span<const float> Agent::begin_step(const sim::VecEnv& env, int64_t samples) {
  Impl& m = *impl_;
  require(m.step < m.config.steps_per_iter, Kind::failed, "the rollout is already full");
  const AgentConfig& c = m.config;
  const auto x = m.r.rows(m.r.obs, m.step), mean = m.r.rows(m.r.means, m.step);
  const auto action = m.r.rows(m.r.actions, m.step);
  const auto sampled = m.r.rows(m.r.sampled, m.step);
  m.obs_norm.record(env.obs());
  m.obs_norm.apply(env.obs(), x);
  if (m.critic_norm) {
    m.critic_norm->record(env.critic_obs());
    m.critic_norm->apply(env.critic_obs(), m.r.rows(m.r.critic_obs, m.step));
  }
  const auto own = m.r.rows(m.r.deviations, m.step);
  m.actor.distribution(x, mean, own);
  const double done = std::min(static_cast<double>(samples) / c.exp_anneal_samples, 1.0);
  m.exp_prob = c.exp_prob_beg + (c.exp_prob_end - c.exp_prob_beg) * done;
  m.explore.normal(m.noise);
  const size_t width = m.actor.std().size();
  const std::span<const float> std = own.empty() ? m.actor.std() : own;
  for (size_t e = 0; e < sampled.size(); ++e) {
    sampled[e] = m.exp_prob >= 1 || m.explore.uniform() < m.exp_prob ? 1 : 0;
    for (size_t k = 0, i = e * width; k < width; ++k, ++i) {
      action[i] = mean[i] + (sampled[e] ? std[own.empty() ? k : i] * m.noise[i] : 0.0F);
    }
  }
  m.actor.log_prob(action, mean, std, m.r.rows(m.r.logp, m.step));
  return action;
}

void Agent::end_step(const sim::VecEnv& env) {
  impl_->r.take(env, impl_->step, impl_->config.method == Method::add);
  ++impl_->step;
}

void Agent::Impl::compute_rewards(IterationStats& s) {
  const double scale = config.reward_times_one_minus_discount ? 1 - config.discount : 1;
  if (judge) {
    judge->disc.remember(r.disc_obs);
    judge->disc.rewards(r.disc_obs, r.style);
  }
  for (size_t i = 0; i < r.total; ++i) {
    const double both = judge ? combine_rewards(config, r.task[i], r.style[i]) : r.task[i];
    r.reward[i] = static_cast<float>(scale * both);
  }
  s.disc_reward_mean = mean_of(r.style);
  s.disc_reward_std = deviation_of(r.style, s.disc_reward_mean);
  s.task_reward_mean = mean_of(r.task);
  s.reward_mean = mean_of(r.reward);
}

void Agent::Impl::denormalize(std::span<float> values) const {
  if (!config.normalize_value) return;
  const auto mean = static_cast<float>(value_norm.mean()[0]);
  const auto std = static_cast<float>(value_norm.std()[0]);
  for (float& v : values) v = v * std + mean;
}

void Agent::Impl::compute_targets(IterationStats& s) {
  // the actor does not look ahead: only what the critic sees of the next moment is wanted
  (critic_norm ? *critic_norm : obs_norm).apply(r.next_seen_by_critic(), r.next_seen_by_critic());
  critic.values(r.seen_by_critic(), r.value);
  critic.values(r.next_seen_by_critic(), r.next_value);
  denormalize(r.value);
  denormalize(r.next_value);
  for (size_t i = 0; i < r.total; ++i) {
    if (!r.done[i]) continue;
    const bool worthless = r.ended[i] || config.timeout_value == TimeoutValue::none;
    if (worthless) r.next_value[i] = 0;
    if (!worthless && config.timeout_value == TimeoutValue::current) r.next_value[i] = r.value[i];
  }
  if (config.returns == Returns::gae) {
    gae(config.steps_per_iter, spec.envs, config.discount, config.td_lambda, r.reward, r.value,
        r.next_value, r.done, r.returns);
  } else {
    td_lambda(config.steps_per_iter, spec.envs, config.discount, config.td_lambda, r.reward,
              r.next_value, r.done, r.returns);
  }
  const AdvantageStats a = advantages(r.returns, r.value, r.sampled, config.norm_adv,
                                      config.norm_adv_clip, r.advantage, *ranks);
  s.adv_mean = a.mean;
  s.adv_std = a.std;
  if (!config.normalize_value) return;
  value_norm.record(r.returns);
  value_norm.update(*ranks);
  value_norm.apply(r.returns, r.returns);
  value_norm.apply(r.value, r.value);
}

void Agent::Impl::set_mirrors() {
  if (!config.symmetry_augmentation && config.symmetry_weight <= 0) return;
  const auto mirror = [](const sim::Mirror& of, const Normalizer& n) {
    return Reflection(of, n.shift(), std::vector<float>(n.std().begin(), n.std().end()));
  };
  const Reflection obs = mirror(spec.obs_mirror, obs_norm);
  actor.set_mirror(obs, Reflection(spec.dof_mirror, spec.action_centre, spec.action_scale));
  critic.set_mirror(critic_norm ? mirror(spec.critic_mirror, *critic_norm) : obs);
}

void Agent::Impl::compute_with(Arithmetic how) {
  if (how == actor.net().arithmetic()) return;
  actor.net().compute_with(how);
  critic.net().compute_with(how);
  if (judge) judge->disc.net().compute_with(how);
}

void Agent::Impl::gather_crew(int threads) {
  if (crew && crew->threads() == threads) return;
  crew.emplace(threads);
  actor.share_with(&*crew);
  critic.share_with(&*crew);
  if (judge) judge->disc.share_with(&*crew);
}

/// The networks share nothing that changes: they learn side by side, the dearest first, so that it is
/// helped longest.
void Agent::Impl::fit(IterationStats& s) {
  const bool held = iterations < config.actor_hold_iterations;
  const bool together = config.clip_policy_together && !held;
  const ValueRows values{r.seen_by_critic(), r.returns, r.value};
  crew->run(3, [&](int network) {
    if (network == 0 && judge_learns()) judge->last = judge->disc.update(r.disc_obs, r.demo);
    if (network == 1 && !held) fit_actor(s, together ? &critic : nullptr, values);
    if (network == 2 && !together) s.critic_loss = critic.update(values);
  });
  if (config.adapt_critic_rate && !held)
    critic.optimizer().set_learning_rate(actor.learning_rate());
}

void Agent::Impl::fit_actor(IterationStats& s, Critic* partner, const ValueRows& values) {
  usable.clear();
  for (size_t i = 0; i < r.total; ++i)
    if (r.sampled[i]) usable.push_back(static_cast<int64_t>(i));
  // as many steps on every rank
  usable.resize(least(ranks->line(Ranks::Line::actor), usable.size()));
  const Rows rows{r.obs, r.actions, r.logp, r.advantage, r.means, r.deviations, usable};
  const ActorStats a = actor.update(rows, partner, values);
  if (partner) s.critic_loss = a.critic_loss;
  s.actor_loss = a.loss;
  s.clip_frac = a.clip_frac;
  s.imp_ratio = a.imp_ratio;
  s.bound_loss = a.bound_loss;
  s.kl = a.kl;
  s.symmetry_loss = a.symmetry;
}

IterationStats Agent::update(int threads, int64_t samples) {
  Impl& m = *impl_;
  require(m.step == m.config.steps_per_iter, Kind::failed, "the rollout is not full");
  m.step = 0;
  IterationStats s;
  m.gather_crew(threads);
  m.compute_rewards(s);
  m.compute_targets(s);
  m.set_mirrors();
  m.fit(s);
  if (m.judge) log_disc(m.judge->last, s);
  ++m.iterations;
  const bool adapts = samples < m.config.normalizer_samples;
  if (m.judge && adapts) {
    Normalizer& n = m.judge->disc.normalizer();
    n.record(m.r.disc_obs);
    if (m.config.method == Method::amp) n.record(m.r.demo);
    n.update(*m.ranks);
  }
  for (Normalizer* n : {&m.obs_norm, m.critic_norm ? &*m.critic_norm : nullptr}) {
    if (!n) continue;
    if (adapts && m.config.normalize_obs) {
      n->update(*m.ranks);
    } else {
      n->drop();
    }
  }
  double mean = 0, std = 0;
  for (const double v : m.obs_norm.mean()) mean += std::abs(v);
  for (const double v : m.obs_norm.std()) std += v;
  s.obs_norm_mean = mean / m.spec.obs;
  s.obs_norm_std = std / m.spec.obs;
  s.exp_prob = m.exp_prob;
  s.actor_lr = m.actor.learning_rate();
  s.action_std = mean_of(m.config.variable_std ? m.r.deviations : m.actor.std());
  return s;
}

double Agent::warm_start(const Played& p) {
  Impl& m = *impl_;
  if (m.config.normalize_obs) {
    m.obs_norm.record(p.obs);
    m.obs_norm.update(*m.ranks);
    if (m.critic_norm) {
      m.critic_norm->record(p.critic_obs);
      m.critic_norm->update(*m.ranks);
    }
  }
  if (m.config.method == Method::amp) {
    Normalizer& n = m.judge->disc.normalizer();
    n.record(p.disc_obs);
    n.record(p.demo);
    n.update(*m.ranks);
  }
  std::vector<float> x(p.obs.size());
  m.obs_norm.apply(p.obs, x);
  return m.actor.imitate(x, p.targets, m.config.warm_start);
}

std::string Agent::kernel() const {
  return name_of(impl_->actor.net().arithmetic());
}

void Agent::noise(std::span<float> out) {
  impl_->explore.normal(out);
}

}  // namespace motus::learn
