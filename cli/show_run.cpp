#include "cli/show_run.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <memory>

#include "cli/app.h"
#include "cli/arg_file.h"
#include "cli/live_show.h"
#include "cli/recorder.h"
#include "learn/agent.h"

namespace motus::cli {

namespace fs = std::filesystem;

namespace {

Policy policy_of(learn::Agent* agent) {
  return [agent](std::span<const float> obs, std::span<float> actions) {
    if (agent)
      agent->act(obs, actions);
    else
      std::fill(actions.begin(), actions.end(), 0.0F);
  };
}

fs::path run_folder(const TrainFlags& o) {
  return o.resume.empty() ? o.out_dir : o.resume;
}

/// The run that a checkpoint lies in, or what is simulated where there is none.
std::string name_of(const TrainFlags& o, const sim::EnvConfig& env) {
  if (o.model_file.empty()) return env.env_name;
  const fs::path model = fs::weakly_canonical(o.model_file);
  return (model.has_extension() ? model.parent_path() : model).filename().string();
}

std::unique_ptr<learn::Agent> trained_agent(const TrainFlags& o, const RunConfig& c,
                                            const sim::EnvSpec& spec) {
  if (o.model_file.empty()) {
    say("no --model_file: actions are zero");
    return {};
  }
  auto agent = std::make_unique<learn::Agent>(c.agent_config(), spec, c.seed);
  load_model(*agent, spec, o.model_file);
  return agent;
}

void write_files(const TrainFlags& o, const RunConfig& c, const World& world, sim::VecEnv& env,
                 learn::Agent* agent) {
  const std::string film = film_path(o), name = name_of(o, c.env_config());
  if (film.empty() && o.export_bvh.empty()) return;
  const double seconds = env.spec().episode_length * o.test_episodes.value_or(1);
  const Recorder rollout =
      record(env, world.dataset.skeleton, c.env_config().terrain, policy_of(agent), seconds);
  if (!o.export_bvh.empty()) {
    export_bvh(rollout, o.export_bvh, name);
    say(fmt::format("{}: rollout.bvh, {} frames", o.export_bvh, rollout.frames()));
  }
  if (!film.empty()) {
    // the run's own folder may be new; one that was named must be there
    if (film == run_folder(o) / "rollout.mp4") fs::create_directories(run_folder(o));
    write_film(rollout, world.model, name, film);
    say(fmt::format("{}: {:.4g} s", film, seconds));
  }
}

}  // namespace

std::string film_path(const TrainFlags& o) {
  const std::string& asked = o.video.empty() ? o.capture_video : o.video;
  if (asked.empty()) return {};
  if (asked.find('.') == std::string::npos) {
    if (!parse_bool(o.video.empty() ? "--capture_video" : "--video", asked)) return {};
    return (run_folder(o) / "rollout.mp4").string();
  }
  check_film(asked);
  return asked;
}

void write_rollout(const TrainFlags& o, const RunConfig& c, const World& world,
                   learn::Agent* agent) {
  if (film_path(o).empty() && o.export_bvh.empty()) return;
  const auto env = make_env(c, world, 1, c.seed, 1);
  write_files(o, c, world, *env, agent);
}

int visualize_run(const TrainFlags& o, const RunConfig& c) {
  const std::string film = film_path(o);
  const World world = load_world(c);
  const auto env = make_env(c, world, 1, c.seed, 1);
  const std::unique_ptr<learn::Agent> agent = trained_agent(o, c, env->spec());
  if (film.empty() && o.export_bvh.empty()) {
    const std::string name = name_of(o, c.env_config());
    LiveShow show(*env, world.dataset.skeleton, policy_of(agent.get()), world.model, name);
    watch(show, name);
    return 0;
  }
  write_files(o, c, world, *env, agent.get());
  return 0;
}

}  // namespace motus::cli
