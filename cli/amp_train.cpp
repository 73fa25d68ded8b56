// amp-train: train, test or show an AMP policy. Flags and files are MimicKit's.
#include <malloc.h>

#include <algorithm>

#include "cli/app.h"
#include "cli/arg_file.h"
#include "cli/find_run.h"
#include "cli/plan.h"
#include "cli/show_run.h"
#include "cli/training.h"
#include "learn/checkpoint.h"
#include "motion/nearest.h"

using namespace motus;

namespace {

const std::vector<std::string> kFlags{"--arg_file",
                                      "--mode",
                                      "--num_envs",
                                      "--engine_config",
                                      "--env_config",
                                      "--agent_config",
                                      "--motion_file",
                                      "--visualize",
                                      "--video",
                                      "--logger",
                                      "--capture_video",
                                      "--export_bvh",
                                      "--model_file",
                                      "--out_dir",
                                      "--save_int_models",
                                      "--max_samples",
                                      "--test_episodes",
                                      "--rand_seed",
                                      "--devices",
                                      "--device",
                                      "--master_port",
                                      "--set",
                                      "--workers",
                                      "--max_minutes",
                                      "--resume",
                                      "--rank",
                                      "--world_size",
                                      "--master_addr",
                                      "--rank_timeout",
                                      "--force",
                                      "--print-config",
                                      "--precision",
                                      "--profile",
                                      "--plan",
                                      "--link",
                                      "--latency",
                                      "--iteration_seconds",
                                      "--json"};
const std::vector<std::string> kRepeatable{"--set"};

/// Something is to be looked at instead of trained or measured.
bool shows(const cli::TrainFlags& o) {
  const bool window = !o.visualize.empty() && cli::parse_bool("--visualize", o.visualize);
  return o.mode == "visualize" || (window && o.mode == "test");
}

/// Where the configuration comes from: a run to go on with, a run whose model is tested, or files.
cli::RunConfig configure(const cli::TrainFlags& o) {
  if (!o.resume.empty()) {
    if (o.num_envs || o.seed || !o.sets.empty() || !o.env.empty() || !o.agent.empty() ||
        !o.engine.empty() || !o.motion.empty()) {
      cli::warn(
          fmt::format("--resume takes configuration and seed from {}/config.yaml, not from "
                      "the flags",
                      o.resume));
    }
    return cli::RunConfig::from_run(o.resume);
  }
  cli::RunConfig c;
  if (o.mode != "train" && o.env.empty() && !o.model_file.empty()) {
    const learn::Archive a = learn::load_checkpoint(cli::find_checkpoint(o.model_file));
    require(a.words.contains("config"), Kind::usage,
            "{}: holds no configuration (a model.pt of MimicKit): name --env_config and "
            "--agent_config",
            o.model_file);
    c = cli::RunConfig::from_yaml(a.word("config"), o.model_file);
    c.set(o.sets);
  } else {
    // MimicKit's Dummy agent: to look at an environment takes none
    require(!o.agent.empty() || (shows(o) && o.model_file.empty()), Kind::usage,
            "--agent_config is missing: name a YAML file");
    std::vector<std::string> sets = o.sets;
    if (!o.precision.empty()) sets.push_back("agent.precision=" + o.precision);
    c = cli::RunConfig::from_files(o.engine, o.env, o.agent, o.motion, sets);
  }
  if (o.num_envs) c.num_envs = *o.num_envs;
  if (o.seed) c.seed = static_cast<uint64_t>(*o.seed);
  require(c.num_envs > 0, Kind::usage, "--num_envs {} is not positive", c.num_envs);
  return c;
}

int run(const cli::TrainFlags& o) {
  cli::check_device(o);
  const std::vector<std::string> modes{"train", "test", "visualize"};
  if (std::find(modes.begin(), modes.end(), o.mode) == modes.end()) {
    throw Error(Kind::usage, fmt::format("--mode '{}' is unknown", o.mode),
                did_you_mean(o.mode, modes));
  }
  // refused before anything is simulated
  cli::film_path(o);
  cli::RunConfig c = configure(o);
  if (o.print_config) {
    c.env_config();
    if (!c.agent.keys().empty()) c.agent_config();
    fmt::print("{}", c.yaml());
    return 0;
  }
  if (o.plan) return cli::plan_run(o, c);
  if (o.mode == "train") return cli::train_run(o, std::move(c));
  return shows(o) ? cli::visualize_run(o, c) : cli::test_run(o, c);
}

}  // namespace

int main(int argc, char** argv) {
  // rollout and minibatch memory goes back to the system at every free otherwise: a third of the time
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  cli::TrainFlags o;
  cli::App app("amp-train",
               "Train an Adversarial-Motion-Prior policy in MuJoCo, with MimicKit's files");
  app.option("--arg_file", o.arg_file, "more flags, from a file; those typed here come first");
  app.option("--mode", o.mode, "train, test or visualize");
  app.option("--num_envs", o.num_envs, "environments stepped together (default 1)");
  app.option("--engine_config", o.engine, "YAML of the physics");
  app.option("--env_config", o.env, "YAML of the task");
  app.option("--agent_config", o.agent, "YAML of the learner");
  app.option("--motion_file", o.motion, "clip or dataset YAML, instead of the environment's");
  app.option("--model_file", o.model_file,
             "checkpoint, run folder or shipped policy to start from, or to test");
  app.option("--out_dir", o.out_dir, "folder of the run");
  app.option("--resume", o.resume, "go on with the run in this folder, exactly where it stopped");
  app.flag("--force", o.force, "start anew in a folder that is not empty");
  app.option("--max_samples", o.max_samples, "control steps after which training ends");
  app.option("--max_minutes", o.max_minutes, "minutes after which training ends");
  app.option("--test_episodes", o.test_episodes, "episodes of --mode test (default: the agent's)");
  app.option("--rand_seed", o.seed, "the same seed gives the same bits (default 0)");
  app.option("--workers", o.workers, "threads; they change the time, not the result (0 = cores)");
  app.option("--set", o.sets, "agent.KEY=VALUE, env.KEY=VALUE or engine.KEY=VALUE");
  app.option("--precision", o.precision, "fp32 or bf16: numbers in the networks' products");
  app.flag("--print-config", o.print_config, "print the effective configuration and stop");
  app.option("--logger", o.logger,
             "txt, none, or beside the text: tb (TensorBoard), json (JSON lines)");
  app.option("--save_int_models", o.save_int_models,
             "true: keep a numbered model of each test; a number: the last ones");
  app.option("--device", o.device, "cpu, cuda or cuda:N");
  app.list("--devices", o.devices, "one training process (rank) for each: cpu cpu");
  app.option("--rank", o.rank, "number of this process, where no launcher tells it");
  app.option("--world_size", o.world_size, "number of processes that train together");
  app.option("--master_addr", o.master_addr, "where rank 0 listens");
  app.option("--visualize", o.visualize, "true: --mode test shows the policy instead");
  app.option("--video", o.video,
             "film of a rollout: x.mp4, x.gif or x.html; true: rollout.mp4 in --out_dir");
  app.option("--capture_video", o.capture_video, "the Isaac Gym examples' name of --video");
  app.option("--export_bvh", o.export_bvh, "folder for the rollout and its reference as BVH");
  app.option("--master_port", o.master_port,
             "and its port (default: MASTER_PORT; any free one for --devices)");
  app.option("--rank_timeout", o.rank_timeout, "seconds to wait for another rank");
  app.flag("--plan", o.plan, "measure an iteration and say what more ranks would do");
  app.option("--link", o.link, "--plan: Gbit/s between ranks (default: 1, 10, 25 and 100)");
  app.option("--latency", o.latency, "--plan: microseconds of a message between ranks");
  app.option("--iteration_seconds", o.iteration_seconds,
             "--plan: of one rank, instead of measuring");
  app.flag("--profile", o.profile, "say at the end where the time went");
  app.json_flag(o.json);
  app.example("amp-train --arg_file args/quick_go2.txt --out_dir runs/go2");
  app.example("amp-train --mode test --model_file runs/go2 --num_envs 32 --json");
  app.example("amp-train --mode visualize --model_file runs/go2 --video go2.mp4");
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
    if (early) throw Error(*early);
    return run(o);
  });
}
