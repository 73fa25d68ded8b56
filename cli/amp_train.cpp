// amp-train: train or test an AMP policy. Flags and files are MimicKit's.
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/app.h"
#include "cli/arg_file.h"
#include "cli/io.h"
#include "cli/run_config.h"
#include "cli/terminal.h"
#include "formats/format.h"
#include "learn/tester.h"
#include "learn/trainer.h"
#include "motion/nearest.h"

using namespace motus;
namespace fs = std::filesystem;

namespace {

struct Options {
  std::string mode = "train", engine, env, agent, motion, model_file, out_dir = "output/";
  std::string logger = "txt", device = "cpu", visualize, video, save_int_models = "false", resume;
  std::string arg_file;
  std::vector<std::string> devices, sets;
  std::optional<int> num_envs, master_port;
  int64_t max_samples = INT64_MAX;
  std::optional<int> test_episodes;
  std::optional<double> seed, max_minutes;
  int workers = 0;
  bool print_config = false, force = false, profile = false, json = false;
};

const std::vector<std::string> kFlags{
    "--arg_file",     "--mode",        "--num_envs",        "--engine_config", "--env_config",
    "--agent_config", "--motion_file", "--visualize",       "--video",         "--logger",
    "--model_file",   "--out_dir",     "--save_int_models", "--max_samples",   "--test_episodes",
    "--rand_seed",    "--devices",     "--device",          "--master_port",   "--set",
    "--workers",      "--max_minutes", "--resume",          "--force",         "--print-config",
    "--profile",      "--json"};
const std::vector<std::string> kRepeatable{"--set"};

std::atomic<int> stop_signal{0};

/// The first signal asks the trainer to finish its iteration, the second one kills.
void on_signal(int number) {
  stop_signal = number;
  std::signal(number, SIG_DFL);
}

void check_device(const Options& o) {
  std::string device = o.devices.empty() ? o.device : o.devices.front();
  if (o.devices.size() > 1) {
    throw Error(Kind::not_built, "--devices names several: this build trains in one process");
  }
  if (device == "cpu") return;
  require(device == "cuda" || device.starts_with("cuda:"), Kind::usage,
          "--device '{}' is neither cpu, cuda nor cuda:N", device);
  throw Error(Kind::not_built, "this build has no CUDA: --device cpu trains on the processor");
}

learn::Logger logger_of(const std::string& name) {
  if (name == "txt") return learn::Logger::txt;
  if (name == "tb") return learn::Logger::tb;
  if (name == "none") return learn::Logger::none;
  if (name == "wandb")
    throw Error(Kind::not_built, "--logger wandb is not in this build", "use tb");
  const std::vector<std::string> known{"txt", "tb", "none"};
  throw Error(Kind::usage, fmt::format("--logger '{}' is unknown", name),
              did_you_mean(name, known));
}

int workers_of(const Options& o) {
  return o.workers > 0 ? o.workers
                       : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

/// A folder for a new run: empty, or with --force cleared of an earlier run's files.
void prepare_folder(const fs::path& out, bool force) {
  if (fs::exists(out) && !fs::is_empty(out) && !force) {
    throw Error(Kind::usage, fmt::format("{}: is not empty", out.string()),
                fmt::format("--resume {} goes on, --force starts anew", out.string()));
  }
  fs::create_directories(out);
  for (const char* name : {"state.safetensors", "best.safetensors", "model.safetensors", "log.txt"})
    fs::remove(out / name);
}

void write_folder(const fs::path& out, const cli::RunConfig& c, const cli::World& world) {
  cli::write_output((out / "config.yaml").string(), c.yaml());
  cli::write_output((out / "engine_config.yaml").string(), c.engine.dump());
  cli::write_output((out / "env_config.yaml").string(), c.env.dump());
  cli::write_output((out / "agent_config.yaml").string(), c.agent.dump());
  const auto bytes = formats::find_format("h5").write(world.dataset.clips, {});
  cli::write_output((out / "motion.h5").string(), bytes);
}

std::map<std::string, std::string> words_of(const cli::RunConfig& c, const sim::EnvSpec& spec) {
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
    const bool terminal = cli::is_terminal(stderr);
    if (p.tested) {
      if (terminal) cli::progress("", 1, 1);
      std::string speed = fmt::format("{:.2f} m/s", p.test.forward_speed);
      if (reference_ > 0.01) speed += fmt::format(" (clip {:.2f})", reference_);
      cli::say(
          fmt::format("{:>8.3f}M samples {:>6.1f} s  test: length {:>5.1f} %, speed {}, style "
                      "{:.2f}  [{:.0f} samples/s]",
                      1e-6 * static_cast<double>(p.samples), p.seconds, 100 * p.test.length_ratio,
                      speed, p.disc_reward, p.samples_per_second));
    } else if (terminal) {
      cli::progress(fmt::format("iteration {}, {:.0f} samples/s, style {:.2f}, length {:.0f}, "
                                "samples",
                                p.iteration, p.samples_per_second, p.disc_reward, p.train_length),
                    p.samples, max_);
    }
  }
  void set_max(int64_t n) { max_ = n; }

 private:
  double reference_;
  int64_t max_ = INT64_MAX;
};

void print_profile(const learn::TrainResult& r, int workers) {
  const learn::TimeSplit& t = r.time;
  const double n = static_cast<double>(std::max<int64_t>(r.run_samples, 1));
  const double env = n / std::max(t.physics + t.demo, 1e-9), update = n / std::max(t.update, 1e-9);
  const double loop = t.total - t.test - t.save;
  const double bound = 1 / (1 / env + 1 / update);
  cli::say(fmt::format(
      "profile: {} workers, {} samples in {:.1f} s ({:.0f}/s): physics {:.1f} s, inference {:.1f} "
      "s, demonstrations {:.1f} s, update {:.1f} s, tests {:.1f} s, files {:.1f} s",
      workers, r.run_samples, t.total, n / t.total, t.physics, t.inference, t.demo, t.update,
      t.test, t.save));
  cli::say(
      fmt::format("profile: environment {:.0f}/s, update {:.0f}/s, serial bound {:.0f}/s, "
                  "training loop {:.0f}/s = {:.2f} of the bound",
                  env, update, bound, n / loop, n / loop / bound));
}

void print_test(const learn::TestResult& t, double reference, bool json) {
  if (json) {
    nlohmann::json j{{"mean_return", t.mean_return},   {"mean_length", t.mean_length},
                     {"length_ratio", t.length_ratio}, {"forward_speed", t.forward_speed},
                     {"net_speed", t.net_speed},       {"reference_speed", reference},
                     {"episodes", t.episodes}};
    fmt::print("{}\n", j.dump());
    return;
  }
  fmt::print("Mean Return: {:.6g}\nMean Episode Length: {:.6g}\nEpisodes: {}\n", t.mean_return,
             t.mean_length, t.episodes);
  fmt::print("Forward Speed: {:.4g} m/s (clip {:.4g})\nNet Speed: {:.4g} m/s\n", t.forward_speed,
             reference, t.net_speed);
}

void load_model(learn::Agent& agent, const std::string& file) {
  const fs::path path = learn::find_model(file);
  try {
    agent.load(learn::Archive::load(path), false);
  } catch (const Error& e) {
    throw Error(e.kind(), fmt::format("{}: {}", path.string(), e.what()),
                "use the environment and agent files that the model was trained with");
  }
}

int train(const Options& o, cli::RunConfig c) {
  const fs::path out = o.resume.empty() ? o.out_dir : o.resume;
  const learn::Logger logger = logger_of(o.logger);
  const cli::World world = cli::load_world(c);
  c.reference_speed = world.reference_speed;
  const int workers = workers_of(o);
  const learn::AgentConfig agent_config = c.agent_config();
  const std::unique_ptr<sim::VecEnv> env = cli::make_env(c, world, c.num_envs, c.seed, workers);
  learn::Agent agent(agent_config, env->spec(), c.seed);
  if (!o.model_file.empty()) load_model(agent, o.model_file);
  if (o.resume.empty()) {
    prepare_folder(out, o.force);
    write_folder(out, c, world);
  }
  learn::TrainOptions t;
  t.out_dir = out;
  t.resume = !o.resume.empty();
  t.save_int_models = cli::parse_bool("--save_int_models", o.save_int_models);
  t.max_samples = o.max_samples;
  t.max_minutes = o.max_minutes.value_or(0);
  t.threads = workers;
  t.logger = logger;
  t.reference_speed = world.reference_speed;
  t.words = words_of(c, env->spec());
  t.stop = [] { return stop_signal != 0; };
  Watcher watcher(world.reference_speed);
  watcher.set_max(o.max_samples);
  t.progress = [&](const learn::Progress& p) { watcher(p); };
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  cli::say(
      fmt::format("{}: {} environments, {} workers, seed {}, observations {}, actions {}, "
                  "discriminator {}",
                  out.string(), c.num_envs, workers, c.seed, env->spec().obs, env->spec().actions,
                  env->spec().disc_obs));
  const learn::TrainResult r = learn::train(*env, agent, t);
  if (o.profile) print_profile(r, workers);
  if (r.interrupted) {
    cli::say(fmt::format("interrupted after {} iterations: amp-train --resume {} goes on",
                         r.iterations, out.string()));
    return static_cast<int>(Kind::interrupted);
  }
  if (r.best_test.episodes > 0) {
    cli::say(fmt::format("{}: best after {:.3f}M samples: length {:.1f} %, speed {:.2f} m/s",
                         (out / "best.safetensors").string(),
                         1e-6 * static_cast<double>(r.best_samples), 100 * r.best_test.length_ratio,
                         r.best_test.forward_speed));
  }
  if (o.json) print_test(r.last_test, world.reference_speed, true);
  return 0;
}

int test(const Options& o, const cli::RunConfig& c) {
  require(!o.model_file.empty(), Kind::usage, "--mode test needs --model_file");
  const cli::World world = cli::load_world(c);
  const learn::AgentConfig agent_config = c.agent_config();
  const auto env = cli::make_env(c, world, c.num_envs, c.seed, workers_of(o));
  learn::Agent agent(agent_config, env->spec(), c.seed);
  load_model(agent, o.model_file);
  std::signal(SIGINT, on_signal);
  const learn::TestResult r =
      learn::run_test(*env, agent, o.test_episodes.value_or(agent_config.test_episodes),
                      [] { return stop_signal != 0; });
  print_test(r, world.reference_speed, o.json);
  return stop_signal ? static_cast<int>(Kind::interrupted) : 0;
}

/// Where the configuration comes from: a run to go on with, a run whose model is tested, or files.
cli::RunConfig configure(const Options& o) {
  if (!o.resume.empty()) return cli::RunConfig::from_run(o.resume);
  cli::RunConfig c;
  if (o.mode == "test" && o.env.empty() && !o.model_file.empty()) {
    const learn::Archive a = learn::Archive::load(learn::find_model(o.model_file));
    c = cli::RunConfig::from_yaml(a.word("config"), o.model_file);
  } else {
    c = cli::RunConfig::from_files(o.engine, o.env, o.agent, o.motion, o.sets);
  }
  if (o.num_envs) c.num_envs = *o.num_envs;
  if (o.seed) c.seed = static_cast<uint64_t>(*o.seed);
  require(c.num_envs > 0, Kind::usage, "--num_envs {} is not positive", c.num_envs);
  return c;
}

int run(const Options& o) {
  check_device(o);
  const std::vector<std::string> modes{"train", "test", "visualize"};
  if (std::find(modes.begin(), modes.end(), o.mode) == modes.end()) {
    throw Error(Kind::usage, fmt::format("--mode '{}' is unknown", o.mode),
                did_you_mean(o.mode, modes));
  }
  if (o.mode == "visualize" ||
      (!o.visualize.empty() && cli::parse_bool("--visualize", o.visualize) && o.mode == "test")) {
    throw Error(Kind::not_built, "amp-train has no window",
                "amp-play RUN | motion-view shows what a policy does");
  }
  if (!o.video.empty() && cli::parse_bool("--video", o.video)) {
    cli::warn("--video: amp-play RUN | motion-view -o film.mp4 makes the film");
  }
  cli::RunConfig c = configure(o);
  if (o.print_config) {
    c.env_config();
    c.agent_config();
    fmt::print("{}", c.yaml());
    return 0;
  }
  return o.mode == "train" ? train(o, std::move(c)) : test(o, c);
}

}  // namespace

int main(int argc, char** argv) {
  // rollout and minibatch memory goes back to the system at every free otherwise: a third of the time
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  Options o;
  cli::App app("amp-train",
               "Train an Adversarial-Motion-Prior policy in MuJoCo, with MimicKit's files");
  app.option("--arg_file", o.arg_file, "more flags, from a file; those typed here come first");
  app.option("--mode", o.mode, "train or test");
  app.option("--num_envs", o.num_envs, "environments stepped together (default 1)");
  app.option("--engine_config", o.engine, "YAML of the physics");
  app.option("--env_config", o.env, "YAML of the task");
  app.option("--agent_config", o.agent, "YAML of the learner");
  app.option("--motion_file", o.motion, "clip or dataset YAML, instead of the environment's");
  app.option("--model_file", o.model_file, "checkpoint or run folder to start from, or to test");
  app.option("--out_dir", o.out_dir, "folder of the run");
  app.option("--resume", o.resume, "go on with the run in this folder, exactly where it stopped");
  app.flag("--force", o.force, "start anew in a folder that is not empty");
  app.option("--max_samples", o.max_samples, "control steps after which training ends");
  app.option("--max_minutes", o.max_minutes, "minutes after which training ends");
  app.option("--test_episodes", o.test_episodes, "episodes of --mode test (default: the agent's)");
  app.option("--rand_seed", o.seed, "the same seed gives the same bits (default 0)");
  app.option("--workers", o.workers, "threads; they change the time, not the result (0 = cores)");
  app.option("--set", o.sets, "agent.KEY=VALUE, env.KEY=VALUE or engine.KEY=VALUE");
  app.flag("--print-config", o.print_config, "print the effective configuration and stop");
  app.option("--logger", o.logger, "txt, tb (TensorBoard beside the text) or none");
  app.option("--save_int_models", o.save_int_models, "true: keep a numbered model of each test");
  app.option("--device", o.device, "cpu, cuda or cuda:N");
  app.option("--devices", o.devices, "MimicKit's name of --device");
  app.option("--visualize", o.visualize, "MimicKit's viewer; films come from motion-view");
  app.option("--video", o.video, "MimicKit's films; they come from motion-view");
  app.option("--master_port", o.master_port, "MimicKit's; unused by one process");
  app.flag("--profile", o.profile, "say at the end where the time went");
  app.json_flag(o.json);
  app.example("amp-train --arg_file args/quick_go2.txt --out_dir runs/go2");
  app.example("amp-train --mode test --model_file runs/go2 --num_envs 32 --json");
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc), expanded;
  std::optional<Error> early;
  try {
    expanded = cli::expand_arg_file(words, kFlags, kRepeatable);
  } catch (const Error& e) {
    early = e;
  }
  std::vector<char*> pointers{argv[0]};
  for (std::string& w : expanded) pointers.push_back(w.data());
  return app.run(static_cast<int>(pointers.size()), pointers.data(), [&] {
    if (early) throw *early;
    return run(o);
  });
}
