#include "learn/trainer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <optional>

#include "learn/checkpoint.h"
#include "learn/event_file.h"
#include "learn/event_tags.h"
#include "learn/log_file.h"
#include "learn/merge.h"
#include "learn/return_tracker.h"
#include "learn/warm_start.h"
#include "motion/error.h"

namespace motus::learn {

namespace {

using Clock = std::chrono::steady_clock;

/// Adds the time of its scope to a sum.
class Timer {
 public:
  explicit Timer(double& sum) : sum_(sum), start_(Clock::now()) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { sum_ += std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  double& sum_;
  Clock::time_point start_;
};

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

class Trainer {
 public:
  Trainer(sim::VecEnv& env, Agent& agent, const TrainOptions& options)
      : env_(env),
        agent_(agent),
        o_(options),
        config_(agent.config()),
        ranks_(*options.ranks),
        tracker_(env.spec().envs),
        log_(options.out_dir / "log.txt"),
        json_log_(options.out_dir / "log.jsonl") {}

  TrainResult run();

 private:
  IterationStats iterate();
  void output(const IterationStats& s);
  void write_output(const IterationStats& s, bool best);
  void write_events(const LogRow& cells);
  void save_int_model(std::span<const std::byte> model);
  /// Calls write(); what it cannot write is said, and remembered until something can be written.
  template <typename F>
  void attempt(F write);
  LogRow row(const IterationStats& s) const;
  Archive state() const;
  void save(bool model);
  void load();
  void check(const IterationStats& s) const;
  bool goal() const;
  bool writes() const { return !o_.out_dir.empty() && ranks_.rank() == 0; }
  double hours() const { return hours_before_ + seconds_since(start_) / 3600; }

  sim::VecEnv& env_;
  Agent& agent_;
  const TrainOptions& o_;
  const AgentConfig& config_;
  Ranks& ranks_;
  ReturnTracker tracker_;
  LogFile log_;
  JsonLog json_log_;
  std::optional<EventFile> events_;
  std::vector<float> scores_;  ///< style rewards of the moment before the last test
  TrainResult r_;
  std::optional<Error> lost_;  ///< why the newest files are not there
  Clock::time_point start_ = Clock::now();
  double hours_before_ = 0, score_ = 0, best_ = -1;
};

IterationStats Trainer::iterate() {
  for (int t = 0; t < config_.steps_per_iter; ++t) {
    std::span<const float> actions;
    {
      const Timer timer(r_.time.inference);
      actions = agent_.begin_step(env_, r_.samples);
    }
    {
      const Timer timer(r_.time.physics);
      env_.step(actions);
    }
    agent_.end_step(env_);
    tracker_.add(env_.rewards(), env_.done());
  }
  const int64_t n = int64_t{config_.steps_per_iter} * env_.spec().envs * ranks_.size();
  {
    const Timer timer(r_.time.demo);
    agent_.take_demo(env_);
  }
  const Timer timer(r_.time.update);
  const IterationStats s = agent_.update(o_.threads, r_.samples);
  r_.samples += n;
  r_.run_samples += n;
  return s;
}

void Trainer::check(const IterationStats& s) const {
  bool sound = true;
  for (const double v : {s.critic_loss, s.actor_loss, s.disc_loss, s.disc_reward_mean})
    sound = sound && std::isfinite(v);
  const std::string bad = agent_.first_bad(!sound);
  if (sound && bad.empty()) return;
  const std::filesystem::path state = o_.out_dir / "state.safetensors";
  const bool kept = writes() && std::filesystem::exists(state);
  throw Error(
      Kind::failed,
      fmt::format("iteration {}: no number any more in {} (losses: critic {}, actor {}, "
                  "discriminator {})",
                  r_.iterations, bad.empty() ? "a loss" : bad, s.critic_loss, s.actor_loss,
                  s.disc_loss),
      kept ? fmt::format("lower the learning rates; {} is the last good checkpoint", state.string())
           : "lower the learning rates");
}

bool Trainer::goal() const {
  if (config_.stop_test_length <= 0 && config_.stop_speed_ratio <= 0) return false;
  const TestResult& t = r_.last_test;
  const bool fast = config_.stop_speed_ratio <= 0 || o_.reference_speed <= 0 ||
                    t.forward_speed >= config_.stop_speed_ratio * o_.reference_speed;
  return t.length_ratio >= config_.stop_test_length && fast;
}

LogRow Trainer::row(const IterationStats& s) const {
  const TestResult& t = r_.last_test;
  const double rate = static_cast<double>(r_.run_samples) / std::max(seconds_since(start_), 1e-9);
  return {{"Iteration", r_.iterations},
          {"Wall_Time", hours()},
          {"Samples", r_.samples},
          {"Test_Return", t.mean_return},
          {"Test_Episode_Length", t.mean_length},
          {"Test_Episodes", t.episodes},
          {"Train_Return", tracker_.mean_return()},
          {"Train_Episode_Length", tracker_.mean_length()},
          {"Train_Episodes", tracker_.episodes()},
          {"Critic_Loss", s.critic_loss},
          {"Actor_Loss", s.actor_loss},
          {"Clip_Frac", s.clip_frac},
          {"Imp_Ratio", s.imp_ratio},
          {"Action_Bound_Loss", s.bound_loss},
          {"Disc_Loss", s.disc_loss},
          {"Disc_Grad_Penalty", s.disc_grad_penalty},
          {"Disc_Agent_Acc", s.disc_agent_acc},
          {"Disc_Demo_Acc", s.disc_demo_acc},
          {"Disc_Agent_Logit", s.disc_agent_logit},
          {"Disc_Demo_Logit", s.disc_demo_logit},
          {"Disc_Logit_Loss", s.disc_logit_loss},
          {"Adv_Mean", s.adv_mean},
          {"Adv_Std", s.adv_std},
          {"Disc_Reward_Mean", s.disc_reward_mean},
          {"Disc_Reward_Std", s.disc_reward_std},
          {"Obs_Norm_Mean", s.obs_norm_mean},
          {"Obs_Norm_Std", s.obs_norm_std},
          {"Exp_Prob", s.exp_prob},
          {"Test_Forward_Speed", t.forward_speed},
          {"Test_Net_Speed", t.net_speed},
          {"Actor_LR", s.actor_lr},
          {"KL", s.kl},
          {"Samples_Per_Second", rate},
          {"Task_Reward_Mean", s.task_reward_mean},
          {"Reward_Mean", s.reward_mean},
          {"Action_Std", s.action_std},
          {"Symmetry_Loss", s.symmetry_loss},
          {"Judge_Score", score_}};
}

void Trainer::output(const IterationStats& s) {
  if (o_.logger == Logger::tb && config_.has_disc()) {
    scores_.resize(static_cast<size_t>(env_.spec().envs));
    agent_.style(env_.disc_obs(), scores_);
  }
  {
    const Timer timer(r_.time.test);
    EpisodeLog log{.most = o_.judged_episodes};
    const int64_t share = (config_.test_episodes + ranks_.size() - 1) / ranks_.size();
    r_.last_test = merged(ranks_, run_test(env_, agent_, share, {}, o_.judge ? &log : nullptr));
    score_ = o_.judge ? o_.judge(r_.last_test, log.episodes)
                      : test_score(r_.last_test, o_.reference_speed);
  }
  tracker_.merge(ranks_);
  require_same_policy(ranks_, agent_);
  env_.diagnostics();  // those of the test are not the training's
  const bool best = score_ > best_;
  if (best) {
    best_ = score_;
    r_.best_test = r_.last_test;
    r_.best_samples = r_.samples;
  }
  attempt([&] { write_output(s, best); });
  tracker_.clear(true);
}

template <typename F>
void Trainer::attempt(F write) {
  if (!writes()) return;
  try {
    write();
    lost_.reset();
  } catch (const Error& e) {
    if (e.kind() != Kind::failed) throw;
    lost_ = e;
    if (o_.warn) o_.warn(fmt::format("{}: the older file stays, training goes on", e.what()));
  }
}

void Trainer::write_events(const LogRow& cells) {
  if (!events_) events_.emplace(o_.out_dir);
  std::vector<std::pair<std::string, double>> scalars;
  for (const auto& [name, value] : cells) {
    const double number = std::visit([](auto v) { return static_cast<double>(v); }, value);
    for (const std::string& tag : event_tags(name)) scalars.emplace_back(tag, number);
  }
  events_->write(r_.samples, scalars);
  events_->write(r_.samples, "Scores/style_reward", scores_);
}

/// The numbers in the names are of one width: the oldest are the first by name.
void Trainer::save_int_model(std::span<const std::byte> model) {
  namespace fs = std::filesystem;
  const fs::path folder = o_.out_dir / "int_models";
  fs::create_directories(folder);
  write_whole(folder / fmt::format("model_{:010d}.safetensors", r_.iterations), model);
  std::vector<fs::path> there;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().filename().string().starts_with("model_")) there.push_back(entry.path());
  std::sort(there.begin(), there.end());
  if (o_.keep_int_models == 0 || there.size() <= o_.keep_int_models) return;
  there.resize(there.size() - o_.keep_int_models);
  for (const fs::path& old : there) fs::remove(old);
}

void Trainer::write_output(const IterationStats& s, bool best) {
  const LogRow cells = row(s);
  if (o_.logger != Logger::none) log_.write(cells);
  if (o_.logger == Logger::json) json_log_.write(cells);
  if (o_.logger == Logger::tb) write_events(cells);
  const Timer timer(r_.time.save);
  Archive model;
  model.words = o_.words;
  model.words["samples"] = std::to_string(r_.samples);
  agent_.save(model, false);
  const std::vector<std::byte> bytes = model.bytes();
  write_whole(o_.out_dir / "model.safetensors", bytes);
  // MimicKit's critics see what the policy sees: it could not load another
  if (env_.spec().critic_obs == 0) write_whole(o_.out_dir / "model.pt", model_pt(model));
  if (best) write_whole(o_.out_dir / "best.safetensors", bytes);
  if (o_.save_int_models) save_int_model(bytes);
}

/// Everything, rank 0's and what the others have for themselves.
Archive Trainer::state() const {
  Archive a;
  a.words = o_.words;
  a.words["samples"] = std::to_string(r_.samples);
  agent_.save(a, true);
  tracker_.save(a);
  const std::vector<std::byte> env = env_.save();
  a.put<uint8_t>("env", {reinterpret_cast<const uint8_t*>(env.data()), env.size()});
  a.put<int64_t>("trainer.counters", std::array{r_.iterations, r_.samples, r_.best_samples});
  const TestResult &l = r_.last_test, &b = r_.best_test;
  a.put<double>(
      "trainer.tests",
      std::array{best_, l.mean_return, l.mean_length, l.length_ratio, l.forward_speed, l.net_speed,
                 static_cast<double>(l.episodes), b.mean_return, b.mean_length, b.length_ratio,
                 b.forward_speed, b.net_speed, static_cast<double>(b.episodes)});
  gather_states(ranks_, a);
  return a;
}

void Trainer::save(bool model) {
  if (o_.out_dir.empty()) return;
  const Timer timer(r_.time.save);
  const Archive all = state();
  attempt([&] {
    if (model) {
      Archive policy;
      policy.words = all.words;
      agent_.save(policy, false);
      policy.save(o_.out_dir / "model.safetensors");
    }
    all.save(o_.out_dir / "state.safetensors");
  });
}

void Trainer::load() {
  // what a killed run had not finished writing
  for (const auto& entry : std::filesystem::directory_iterator(o_.out_dir))
    if (writes() && entry.path().filename().string().find(".tmp.") != std::string::npos)
      std::filesystem::remove(entry.path());
  const std::filesystem::path file = o_.out_dir / "state.safetensors";
  Archive fresh;
  agent_.save(fresh, true);
  Archive a = Archive::load(file);
  try {
    const int there = ranks_of(a);
    a = own_state(ranks_, std::move(a), fresh);
    agent_.load(a, true);
    if (there == ranks_.size()) {
      tracker_.load(a);
      const std::vector<uint8_t> env = a.get<uint8_t>("env");
      env_.load(std::as_bytes(std::span(env)));
    } else if (o_.warn) {
      o_.warn(
          fmt::format("{} is of {} rank{}, this run of {}: networks, optimisers and normalisers "
                      "go on, environments start anew",
                      file.string(), there, there == 1 ? "" : "s", ranks_.size()));
    }
    std::array<int64_t, 3> c{};
    a.get<int64_t>("trainer.counters", c);
    r_.iterations = c[0], r_.samples = c[1], r_.best_samples = c[2];
    std::array<double, 13> t{};
    a.get<double>("trainer.tests", t);
    best_ = t[0];
    r_.last_test = {t[1], t[2], t[3], t[4], t[5], static_cast<int64_t>(t[6])};
    r_.best_test = {t[7], t[8], t[9], t[10], t[11], static_cast<int64_t>(t[12])};
  } catch (const Error& e) {
    throw Error(e.kind(), fmt::format("{}: {}", file.string(), e.what()),
                "resume with the configuration that the run was started with");
  }
  hours_before_ = log_.resume(r_.iterations - 1);
  json_log_.resume(r_.iterations - 1);
}

TrainResult Trainer::run() {
  env_.reset();
  agent_.prepare(env_);
  agent_.join(ranks_);
  if (o_.resume) {
    load();
  } else {
    share_policy(ranks_, agent_);
    warm_start(env_, agent_);
  }
  for (bool done = r_.samples >= o_.max_samples; !done;) {
    IterationStats s = iterate();
    std::array<double, 2> wishes{
        o_.stop && o_.stop() ? 1.0 : 0.0,
        o_.max_minutes > 0 && seconds_since(start_) > 60 * o_.max_minutes ? 1.0 : 0.0};
    merge(ranks_, s, wishes);
    check(s);
    const bool interrupted = wishes[0] > 0, late = wishes[1] > 0;
    const bool last = r_.samples >= o_.max_samples || late;
    // a test resets the environments: one that is due is not left out by a stop, or the resumed
    // run would not be the run that never stopped
    const bool tests = last || r_.iterations % config_.iters_per_output == 0;
    const double length = tracker_.mean_length();
    if (tests) output(s);
    ++r_.iterations;
    r_.interrupted = interrupted;
    r_.goal_reached = tests && goal();
    done = interrupted || last || r_.goal_reached;
    if (tests || done) save(interrupted && !tests);
    if (o_.progress) {
      const double t = seconds_since(start_);
      o_.progress({r_.iterations, r_.samples, t, static_cast<double>(r_.run_samples) / t,
                   s.disc_reward_mean, length, tests, r_.last_test});
    }
  }
  if (lost_) throw Error(*lost_);
  r_.time.total = seconds_since(start_);
  r_.time.ranks = ranks_.seconds();
  return r_;
}

}  // namespace

double test_score(const TestResult& t, double reference_speed) {
  const double length = std::clamp(t.length_ratio, 0.0, 1.0);
  if (reference_speed <= 0) return length;
  return length * std::max(0.0, 1 - std::abs(1 - t.forward_speed / reference_speed));
}

TrainResult train(sim::VecEnv& env, Agent& agent, const TrainOptions& options) {
  try {
    return Trainer(env, agent, options).run();
  } catch (const LostRank& e) {
    const std::filesystem::path state = options.out_dir / "state.safetensors";
    throw Error(e.kind(), e.what(),
                std::filesystem::exists(state)
                    ? fmt::format("{} is the last good checkpoint: --resume {} goes on",
                                  state.string(), options.out_dir.string())
                    : "");
  }
}

std::filesystem::path find_model(const std::filesystem::path& given) {
  if (!std::filesystem::is_directory(given)) return given;
  for (const char* name : {"best.safetensors", "model.safetensors", "model.pt"})
    if (std::filesystem::exists(given / name)) return given / name;
  throw Error(
      Kind::bad_input,
      fmt::format("{}: holds neither best.safetensors nor model.safetensors", given.string()),
      "a run writes them at its first test");
}

}  // namespace motus::learn
