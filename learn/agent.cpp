#include "learn/agent.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <future>

#include "learn/discriminator.h"
#include "learn/ppo.h"
#include "learn/returns.h"
#include "motion/error.h"

namespace motus::learn {

namespace {

std::vector<float> row_buffer(size_t rows, int width) {
  return std::vector<float>(rows * static_cast<size_t>(width));
}

template <typename T>
std::span<T> step_rows(std::vector<T>& all, int step, int envs, int width) {
  const size_t n = static_cast<size_t>(envs) * static_cast<size_t>(width);
  return std::span(all).subspan(static_cast<size_t>(step) * n, n);
}

void copy(std::span<const float> from, std::span<float> to) {
  std::copy(from.begin(), from.end(), to.begin());
}

}  // namespace

struct Agent::Impl {
  Impl(const AgentConfig& c, const sim::EnvSpec& s, uint64_t seed)
      : config(c),
        spec(s),
        total(static_cast<size_t>(c.steps_per_iter) * static_cast<size_t>(s.envs)),
        actor(c, s.envs, s.obs, s.actions, seed),
        critic(c, s.envs, s.obs, seed),
        disc(c, s.envs, s.disc_obs, seed),
        obs_norm(s.obs),
        explore(seed, 10),
        obs(row_buffer(total, s.obs)),
        next_obs(row_buffer(total, s.obs)),
        actions(row_buffer(total, s.actions)),
        means(row_buffer(total, s.actions)),
        disc_obs(row_buffer(total, s.disc_obs)),
        demo(row_buffer(total, s.disc_obs)),
        logp(total),
        task(total),
        style(total),
        reward(total),
        value(total),
        next_value(total),
        returns(total),
        advantage(total),
        done(total),
        ended(total),
        sampled(total),
        scratch(row_buffer(static_cast<size_t>(s.envs), s.obs)),
        noise(row_buffer(static_cast<size_t>(s.envs), s.actions)) {
    require(s.envs > 0 && s.obs > 0 && s.actions > 0 && s.disc_obs > 0, Kind::usage,
            "an environment without observations or actions cannot be learned");
  }

  AgentConfig config;
  sim::EnvSpec spec;
  size_t total;
  Actor actor;
  Critic critic;
  Discriminator disc;
  Normalizer obs_norm;
  Rng explore;
  int step = 0;
  double exp_prob = 1;
  std::vector<float> obs;  ///< normalised; next_obs is normalised at the end of the rollout
  std::vector<float> next_obs, actions, means, disc_obs, demo;
  std::vector<float> logp, task, style, reward, value, next_value, returns, advantage;
  std::vector<uint8_t> done, ended, sampled;
  std::vector<float> scratch, noise;
  std::vector<int64_t> usable;

  void compute_rewards(IterationStats& s);
  void compute_targets(IterationStats& s);
  void fit_policy(IterationStats& s);
  DiscStats fit_disc() { return disc.update(disc_obs, demo); }

  int64_t iterations = 0;  ///< finished ones
};

Agent::Agent(const AgentConfig& config, const sim::EnvSpec& spec, uint64_t seed)
    : impl_((at::set_num_threads(1), std::make_unique<Impl>(config, spec, seed))) {}
Agent::~Agent() = default;

const AgentConfig& Agent::config() const {
  return impl_->config;
}

void Agent::act(std::span<const float> obs, std::span<float> actions) {
  Impl& m = *impl_;
  m.scratch.resize(obs.size());
  m.obs_norm.apply(obs, m.scratch);
  m.actor.mean(m.scratch, actions);
}

std::span<const float> Agent::begin_step(std::span<const float> obs, int64_t samples) {
  Impl& m = *impl_;
  require(m.step < m.config.steps_per_iter, Kind::failed, "the rollout is already full");
  const AgentConfig& c = m.config;
  const auto x = step_rows(m.obs, m.step, m.spec.envs, m.spec.obs);
  const auto mean = step_rows(m.means, m.step, m.spec.envs, m.spec.actions);
  const auto action = step_rows(m.actions, m.step, m.spec.envs, m.spec.actions);
  const auto sampled = step_rows(m.sampled, m.step, m.spec.envs, 1);
  m.obs_norm.record(obs);
  m.obs_norm.apply(obs, x);
  m.actor.mean(x, mean);
  const double done = std::min(static_cast<double>(samples) / c.exp_anneal_samples, 1.0);
  m.exp_prob = c.exp_prob_beg + (c.exp_prob_end - c.exp_prob_beg) * done;
  m.explore.normal(m.noise);
  const auto width = static_cast<size_t>(m.spec.actions);
  for (size_t e = 0; e < sampled.size(); ++e) {
    sampled[e] = m.exp_prob >= 1 || m.explore.uniform() < m.exp_prob ? 1 : 0;
    for (size_t i = e * width; i < (e + 1) * width; ++i) {
      action[i] = mean[i] + (sampled[e] ? static_cast<float>(c.action_std) * m.noise[i] : 0.0F);
    }
  }
  m.actor.log_prob(action, mean, step_rows(m.logp, m.step, m.spec.envs, 1));
  return action;
}

void Agent::end_step(const sim::VecEnv& env) {
  Impl& m = *impl_;
  const int e = m.spec.envs;
  copy(env.next_obs(), step_rows(m.next_obs, m.step, e, m.spec.obs));
  copy(env.disc_obs(), step_rows(m.disc_obs, m.step, e, m.spec.disc_obs));
  copy(env.rewards(), step_rows(m.task, m.step, e, 1));
  const auto done = step_rows(m.done, m.step, e, 1), ended = step_rows(m.ended, m.step, e, 1);
  for (size_t i = 0; i < done.size(); ++i) {
    const sim::Done d = env.done()[i];
    done[i] = d != sim::Done::no ? 1 : 0;
    ended[i] = d == sim::Done::fail || d == sim::Done::success ? 1 : 0;
  }
  ++m.step;
}

std::span<float> Agent::demo() {
  return impl_->demo;
}

void Agent::Impl::compute_rewards(IterationStats& s) {
  disc.remember(disc_obs);
  disc.rewards(disc_obs, style);
  const double scale = config.reward_times_one_minus_discount ? 1 - config.discount : 1;
  double sum = 0, square = 0;
  for (size_t i = 0; i < total; ++i) {
    sum += style[i];
    reward[i] = static_cast<float>(
        scale * (config.task_reward_weight * task[i] + config.disc_reward_weight * style[i]));
  }
  s.disc_reward_mean = sum / static_cast<double>(total);
  for (size_t i = 0; i < total; ++i) {
    square += (style[i] - s.disc_reward_mean) * (style[i] - s.disc_reward_mean);
  }
  s.disc_reward_std = std::sqrt(square / static_cast<double>(std::max<size_t>(total - 1, 1)));
}

void Agent::Impl::compute_targets(IterationStats& s) {
  obs_norm.apply(next_obs, next_obs);
  critic.values(obs, value);
  critic.values(next_obs, next_value);
  for (size_t i = 0; i < total; ++i)
    if (ended[i]) next_value[i] = 0;
  td_lambda(config.steps_per_iter, spec.envs, config.discount, config.td_lambda, reward, next_value,
            done, returns);
  const AdvantageStats a = advantages(returns, value, sampled, config.norm_adv_clip, advantage);
  s.adv_mean = a.mean;
  s.adv_std = a.std;
}

void Agent::Impl::fit_policy(IterationStats& s) {
  s.critic_loss = critic.update(obs, returns);
  if (iterations < config.actor_hold_iterations) return;
  usable.clear();
  for (size_t i = 0; i < total; ++i)
    if (sampled[i]) usable.push_back(static_cast<int64_t>(i));
  const ActorStats a = actor.update({obs, actions, logp, advantage, usable}, means);
  s.actor_loss = a.loss;
  s.clip_frac = a.clip_frac;
  s.imp_ratio = a.imp_ratio;
  s.bound_loss = a.bound_loss;
  s.kl = a.kl;
}

static void log_disc(const DiscStats& d, IterationStats& s) {
  s.disc_loss = d.loss;
  s.disc_grad_penalty = d.grad_penalty;
  s.disc_agent_acc = d.agent_acc;
  s.disc_demo_acc = d.demo_acc;
  s.disc_agent_logit = d.agent_logit;
  s.disc_demo_logit = d.demo_logit;
  s.disc_logit_loss = d.logit_loss;
}

IterationStats Agent::update(int threads, int64_t samples) {
  Impl& m = *impl_;
  require(m.step == m.config.steps_per_iter, Kind::failed, "the rollout is not full");
  m.step = 0;
  IterationStats s;
  m.compute_rewards(s);
  m.compute_targets(s);
  // nothing is shared: the order of these two does not matter
  DiscStats disc;
  if (threads > 1) {
    std::future<DiscStats> second = std::async(std::launch::async, [&m] {
      at::set_num_threads(1);
      return m.fit_disc();
    });
    m.fit_policy(s);
    disc = second.get();
  } else {
    m.fit_policy(s);
    disc = m.fit_disc();
  }
  log_disc(disc, s);
  ++m.iterations;
  if (samples < m.config.normalizer_samples) {
    m.disc.normalizer().record(m.disc_obs);
    m.disc.normalizer().record(m.demo);
    m.disc.normalizer().update();
    m.obs_norm.update();
  } else {
    m.obs_norm.drop();
  }
  double mean = 0, std = 0;
  for (const double v : m.obs_norm.mean()) mean += std::abs(v);
  for (const double v : m.obs_norm.std()) std += v;
  s.obs_norm_mean = mean / m.spec.obs;
  s.obs_norm_std = std / m.spec.obs;
  s.exp_prob = m.exp_prob;
  s.actor_lr = m.actor.learning_rate();
  return s;
}

double Agent::warm_start(std::span<const float> obs, std::span<const float> targets,
                         std::span<const float> disc_obs, std::span<const float> demo) {
  Impl& m = *impl_;
  m.obs_norm.record(obs);
  m.obs_norm.update();
  m.disc.normalizer().record(disc_obs);
  m.disc.normalizer().record(demo);
  m.disc.normalizer().update();
  std::vector<float> x(obs.size());
  m.obs_norm.apply(obs, x);
  return m.actor.imitate(x, targets, m.config.warm_start);
}

void Agent::noise(std::span<float> out) {
  impl_->explore.normal(out);
}

void Agent::save(Archive& a, bool full) const {
  const Impl& m = *impl_;
  m.actor.save(a, full);
  m.critic.save(a, full);
  m.disc.save(a, full);
  m.obs_norm.save(a, "_obs_norm");
  a.put<float>("_a_norm._mean", m.spec.action_centre);
  a.put<float>("_a_norm._std", m.spec.action_scale);
  if (!full) return;
  a.put<uint64_t>("rng.explore", m.explore.state());
  a.put<int64_t>("agent.iterations", std::array{m.iterations});
}

void Agent::load(const Archive& a, bool full) {
  Impl& m = *impl_;
  m.actor.load(a, full);
  m.critic.load(a, full);
  m.disc.load(a, full);
  m.obs_norm.load(a, "_obs_norm");
  m.step = 0;
  if (!full) return;
  a.get<uint64_t>("rng.explore", m.explore.state());
  std::array<int64_t, 1> count{};
  a.get<int64_t>("agent.iterations", count);
  m.iterations = count[0];
}

}  // namespace motus::learn
