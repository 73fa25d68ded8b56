#include "cli/training.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <csignal>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/app.h"
#include "cli/arg_file.h"
#include "cli/find_run.h"
#include "cli/io.h"
#include "cli/rank_group.h"
#include "cli/rollouts.h"
#include "cli/show_run.h"
#include "cli/terminal.h"
#include "formats/format.h"
#include "learn/checkpoint.h"
#include "learn/tester.h"
#include "learn/trainer.h"
#include "motion/dataset.h"
#include "motion/nearest.h"

namespace motus::cli {

namespace fs = std::filesystem;

namespace {

std::atomic<int> stop_signal{0};

/// The first signal asks the trainer to finish its iteration, the second one kills.
void on_signal(int number) {
  stop_signal = number;
  std::signal(number, SIG_DFL);
}

learn::Logger logger_of(const std::string& name) {
  if (name == "txt") return learn::Logger::txt;
  if (name == "tb") return learn::Logger::tb;
  if (name == "json") return learn::Logger::json;
  if (name == "none") return learn::Logger::none;
  if (name == "wandb")
    throw Error(Kind::not_built, "--logger wandb is not in this build", "use tb");
  const std::vector<std::string> known{"txt", "tb", "json", "none"};
  throw Error(Kind::usage, fmt::format("--logger '{}' is unknown", name),
              did_you_mean(name, known));
}

/// Whether numbered models are written, and how many of them stay (0 = all): true, false, or a number
/// of two or more, as MimicKit reads 1 as true.
std::pair<bool, size_t> int_models_of(const std::string& text) {
  size_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error == std::errc() && end == text.data() + text.size() && count > 1) return {true, count};
  return {parse_bool("--save_int_models", text), 0};
}

/// "3:05 left", or "" without an end in sight.
std::string time_left(int64_t samples, double per_second) {
  if (samples <= 0 || per_second <= 0) return {};
  const auto s = static_cast<int64_t>(static_cast<double>(samples) / per_second);
  return s < 3600 ? fmt::format(", {}:{:02d} left", s / 60, s % 60)
                  : fmt::format(", {} h {:02d} min left", s / 3600, s / 60 % 60);
}

/// A folder for a new run: empty, or with --force cleared of an earlier run's files.
void prepare_folder(const fs::path& out, bool force) {
  if (fs::exists(out) && !fs::is_empty(out) && !force) {
    throw Error(Kind::usage, fmt::format("{}: is not empty", out.string()),
                fmt::format("--resume {} goes on, --force starts anew", out.string()));
  }
  fs::create_directories(out);
  for (const char* name : {"state.safetensors", "best.safetensors", "model.safetensors", "model.pt",
                           "log.txt", "log.jsonl"})
    fs::remove(out / name);
}

void write_folder(const fs::path& out, const RunConfig& c, const World& world) {
  write_output((out / "config.yaml").string(), c.yaml());
  write_output((out / "engine_config.yaml").string(), c.engine.dump());
  write_output((out / "env_config.yaml").string(), c.env.dump());
  write_output((out / "agent_config.yaml").string(), c.agent.dump());
  const auto bytes = formats::find_format("h5").write(world.dataset.clips, {});
  write_output((out / "motion.h5").string(), bytes);
}

std::map<std::string, std::string> words_of(const RunConfig& c, const sim::EnvSpec& spec) {
  const auto joined = [](const std::vector<std::string>& names) {
    std::string out;
    for (const std::string& n : names) out += (out.empty() ? "" : " ") + n;
    return out;
  };
  return {{"format", "motus.policy.1"},
          {"config", c.yaml()},
          {"dofs", joined(spec.dof_names)},
          {"bodies", joined(spec.body_names)}};
}

class Watcher {
 public:
  explicit Watcher(double reference_speed) : reference_(reference_speed) {}
  void operator()(const learn::Progress& p) {
    const bool terminal = is_terminal(stderr);
    if (p.tested) {
      if (terminal) progress("", 1, 1);
      std::string speed = fmt::format("{:.2f} m/s", p.test.forward_speed);
      if (reference_ > 0.01) speed += fmt::format(" (clip {:.2f})", reference_);
      say(
          fmt::format("{:>8.3f}M samples {:>6.1f} s  test: length {:>5.1f} %, speed {}, style "
                      "{:.2f}  [{:.0f} samples/s{}]",
                      1e-6 * static_cast<double>(p.samples), p.seconds, 100 * p.test.length_ratio,
                      speed, p.disc_reward, p.samples_per_second, left(p)));
    } else if (terminal) {
      progress(
          fmt::format("iteration {}, {:.0f} samples/s{}, style {:.2f}, length {:.0f}, samples",
                      p.iteration, p.samples_per_second, left(p), p.disc_reward, p.train_length),
          p.samples, max_);
    }
  }
  void set_max(int64_t n) { max_ = n; }

 private:
  std::string left(const learn::Progress& p) const {
    return max_ == INT64_MAX ? "" : time_left(max_ - p.samples, p.samples_per_second);
  }

  double reference_;
  int64_t max_ = INT64_MAX;
};

void print_profile(const learn::TrainResult& r, int workers) {
  const learn::TimeSplit& t = r.time;
  const double n = static_cast<double>(std::max<int64_t>(r.run_samples, 1));
  const double env = n / std::max(t.physics + t.demo, 1e-9), update = n / std::max(t.update, 1e-9);
  const double loop = t.total - t.test - t.save;
  const double bound = 1 / (1 / env + 1 / update);
  say(fmt::format(
      "profile: {} workers, {} samples in {:.1f} s ({:.0f}/s): physics {:.1f} s, inference {:.1f} "
      "s, demonstrations {:.1f} s, update {:.1f} s, tests {:.1f} s, files {:.1f} s",
      workers, r.run_samples, t.total, n / t.total, t.physics, t.inference, t.demo, t.update,
      t.test, t.save));
  if (t.ranks > 0)
    say(fmt::format("profile: {:.1f} s of it on other ranks, the networks' threads together",
                    t.ranks));
  say(
      fmt::format("profile: environment {:.0f}/s, update {:.0f}/s, serial bound {:.0f}/s, "
                  "training loop {:.0f}/s = {:.2f} of the bound",
                  env, update, bound, n / loop, n / loop / bound));
}

/// `said` are the environment's own words, of which those about tracking are printed.
void print_test(const learn::TestResult& t, double reference,
                const std::map<std::string, double>& said, bool json) {
  if (json) {
    nlohmann::json j{{"mean_return", t.mean_return},   {"mean_length", t.mean_length},
                     {"length_ratio", t.length_ratio}, {"forward_speed", t.forward_speed},
                     {"net_speed", t.net_speed},       {"reference_speed", reference},
                     {"episodes", t.episodes}};
    for (const auto& [name, value] : said)
      if (name.starts_with("tracking_")) j[name] = value;
    fmt::print("{}\n", j.dump());
    return;
  }
  fmt::print("Mean Return: {:.6g}\nMean Episode Length: {:.6g}\nEpisodes: {}\n", t.mean_return,
             t.mean_length, t.episodes);
  fmt::print("Forward Speed: {:.4g} m/s (clip {:.4g})\nNet Speed: {:.4g} m/s\n", t.forward_speed,
             reference, t.net_speed);
  for (const auto& [name, value] : said)
    if (name.starts_with("tracking_")) fmt::print("{}: {:.4g}\n", name, value);
}

}  // namespace

void load_model(learn::Agent& agent, const sim::EnvSpec& spec, const std::string& file) {
  const fs::path path = find_checkpoint(file);
  const char* hint = "use the environment and agent files that the model was trained with";
  const learn::Archive archive = learn::load_checkpoint(path);
  const std::string other = learn::robot_difference(archive, spec);
  if (!other.empty()) throw Error(Kind::bad_input, path.string() + ": " + other, hint);
  try {
    agent.load(archive, false);
  } catch (const Error& e) {
    throw Error(e.kind(), fmt::format("{}: {}", path.string(), e.what()), hint);
  }
}

static bool has_task(const sim::EnvConfig& c) {
  return c.task.task != sim::TaskKind::none && c.task.task != sim::TaskKind::constant;
}

/// The judge of amp-judge, on the length of the whole test; times the share of the task's reward,
/// of which a step can give 1, where there is a task.
static std::function<double(const learn::TestResult&, const std::vector<learn::TestEpisode>&)>
judge_of(const World& world, const sim::EnvSpec& spec, bool task) {
  const double fps = 1 / spec.control_dt;
  const auto judge = std::make_shared<const Judge>(world.dataset, robot_of(world.model), fps);
  const auto longest = static_cast<double>(learn::episode_steps(spec));
  return [=, skeleton = world.dataset.skeleton](const learn::TestResult& test,
                                                const std::vector<learn::TestEpisode>& episodes) {
    if (episodes.empty()) return 0.0;
    std::vector<Rollout> rollouts;
    rollouts.reserve(episodes.size());
    for (const learn::TestEpisode& e : episodes) {
      rollouts.push_back({.clip = clip_of(e.poses, skeleton, fps, "test"), .fell = e.fell});
    }
    Quality q = judge->quality(rollouts);
    q.length = test.length_ratio;
    const double share = std::clamp(test.mean_return / longest, 0.0, 1.0);
    return Judge::score(q) * (task ? share : 1);
  };
}

void check_device(const TrainFlags& o) {
  for (const std::string& device : o.devices.empty() ? std::vector{o.device} : o.devices) {
    if (device == "cpu") continue;
    require(device == "cuda" || device.starts_with("cuda:"), Kind::usage,
            "--device '{}' is neither cpu, cuda nor cuda:N", device);
    throw Error(Kind::not_built, "this build has no CUDA: --device cpu trains on the processor");
  }
}

static int train_with(RankGroup& group, const TrainFlags& o, RunConfig c) {
  const fs::path out = o.resume.empty() ? o.out_dir : o.resume;
  const learn::Logger logger = logger_of(o.logger);
  World world = load_world(c);
  c.reference_speed = world.reference_speed;
  const int workers = group.workers();
  const bool first = group.rank() == 0;
  World own = world;
  if (group.size() > 1) own.dataset = share_of(world.dataset, group.rank(), group.size());
  if (!first) world.dataset = own.dataset;  // rank 0 writes and judges all clips, the others let go
  const uint64_t seed = learn::seed_of(group.rank(), c.seed);
  const learn::AgentConfig agent_config = c.agent_config();
  const std::unique_ptr<sim::VecEnv> env = make_env(c, own, c.num_envs, seed, workers);
  learn::Agent agent(agent_config, env->spec(), seed);
  if (!o.model_file.empty()) load_model(agent, env->spec(), o.model_file);
  if (first && o.resume.empty()) {
    prepare_folder(out, o.force);
    write_folder(out, c, world);
  }
  learn::TrainOptions t;
  t.ranks = &group.join(c.yaml() + agent.kernel());
  t.out_dir = out;
  t.resume = !o.resume.empty();
  const auto [numbered, kept] = int_models_of(o.save_int_models);
  t.save_int_models = numbered;
  t.keep_int_models = kept;
  t.max_samples = o.max_samples;
  t.max_minutes = o.max_minutes.value_or(0);
  t.threads = workers;
  t.logger = logger;
  t.reference_speed = world.reference_speed;
  t.words = words_of(c, env->spec());
  if (first) t.judge = judge_of(world, env->spec(), has_task(c.env_config()));
  t.stop = [] { return stop_signal != 0; };
  t.warn = [](const std::string& line) { warn(line); };
  Watcher watcher(world.reference_speed);
  watcher.set_max(o.max_samples);
  if (first) t.progress = [&](const learn::Progress& p) { watcher(p); };
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  if (own.dataset.clips.size() < world.dataset.clips.size()) {
    say(fmt::format("each rank has its share of the clips: {} of {} here", own.dataset.clips.size(),
                    world.dataset.clips.size()));
  }
  say(fmt::format(
      "{}: {}{} environments, {} workers, seed {}, observations {}, actions {}, "
      "discriminator {}, products by {}",
      out.string(), group.size() > 1 ? fmt::format("{} ranks of ", group.size()) : "", c.num_envs,
      workers, c.seed, env->spec().obs, env->spec().actions, env->spec().disc_obs, agent.kernel()));
  const learn::TrainResult r = learn::train(*env, agent, t);
  group.finish();
  if (!first) return r.interrupted ? static_cast<int>(Kind::interrupted) : 0;
  if (o.profile) print_profile(r, workers);
  if (r.interrupted) {
    say(fmt::format("interrupted after {} iterations: amp-train --resume {} goes on", r.iterations,
                    out.string()));
    return static_cast<int>(Kind::interrupted);
  }
  if (r.best_test.episodes > 0) {
    say(fmt::format("{}: best after {:.3f}M samples: length {:.1f} %, speed {:.2f} m/s",
                    (out / "best.safetensors").string(), 1e-6 * static_cast<double>(r.best_samples),
                    100 * r.best_test.length_ratio, r.best_test.forward_speed));
  }
  write_rollout(o, c, world, &agent);
  if (o.json) print_test(r.last_test, world.reference_speed, {}, true);
  return 0;
}

int train_run(const TrainFlags& o, RunConfig c) {
  RankGroup group(o);
  try {
    return train_with(group, o, std::move(c));
  } catch (const Error& e) {
    throw group.explain(e);
  }
}

int test_run(const TrainFlags& o, const RunConfig& c) {
  const RankGroup group(o);
  require(group.size() == 1, Kind::usage, "--mode test runs in one process, not in {}",
          group.size());
  const World world = load_world(c);
  const learn::AgentConfig agent_config = c.agent_config();
  const auto env = make_env(c, world, c.num_envs, c.seed, group.workers());
  learn::Agent agent(agent_config, env->spec(), c.seed);
  if (o.model_file.empty())
    say("no --model_file: this tests the untrained policy");
  else
    load_model(agent, env->spec(), o.model_file);
  std::signal(SIGINT, on_signal);
  const learn::TestResult r =
      learn::run_test(*env, agent, o.test_episodes.value_or(agent_config.test_episodes),
                      [] { return stop_signal != 0; });
  print_test(r, world.reference_speed, env->diagnostics(), o.json);
  if (!stop_signal) write_rollout(o, c, world, &agent);
  return stop_signal ? static_cast<int>(Kind::interrupted) : 0;
}

}  // namespace motus::cli
