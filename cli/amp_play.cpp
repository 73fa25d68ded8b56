// amp-play: what a policy does, as a clip like any other.
#include <charconv>
#include <cmath>

#include "cli/app.h"
#include "cli/clips.h"
#include "cli/find_run.h"
#include "cli/io.h"
#include "cli/live_show.h"
#include "cli/recorder.h"
#include "cli/run_config.h"
#include "learn/agent.h"
#include "learn/checkpoint.h"
#include "learn/tester.h"

using namespace motus;
namespace fs = std::filesystem;

namespace {

struct Options {
  std::string run, output, to, video, command;
  std::optional<double> seconds;
  std::optional<int> episodes;
  int64_t seed = 0;
  bool from_start = false, window = false;
};

/// "vx,vy,wz", each m/s or rad/s; fewer numbers leave the rest 0.
sim::Command parse_command(const std::string& text) {
  sim::Command c;
  double* const into[3] = {&c.vx, &c.vy, &c.wz};
  const char *p = text.data(), *end = p + text.size();
  for (double* number : into) {
    const auto [rest, error] = std::from_chars(p, end, *number);
    const bool good = error == std::errc() && std::abs(*number) < 100;
    if (good && rest == end) return c;
    if (!good || *rest != ',' || number == into[2]) break;
    p = rest + 1;
  }
  throw_error(Kind::usage, "--command '{}': expected vx,vy,wz in m/s and rad/s, as 1,0,0.5", text);
}

std::string run_name(const fs::path& run) {
  return (run.filename().empty() ? run.parent_path() : run).filename().string();
}

/// The configuration a policy was trained with, from its own file; motion from the run's folder
/// where there is one.
cli::RunConfig config_of(const fs::path& model, const learn::Archive& archive) {
  cli::RunConfig c = cli::RunConfig::from_yaml(archive.word("config"), model.string());
  const fs::path motion = model.parent_path() / "motion.h5";
  if (fs::exists(motion)) c.motion_file = motion.string();
  return c;
}

int play(const Options& o) {
  require(!o.window || (o.output.empty() && o.video.empty()), Kind::usage,
          "--window writes nothing: leave out -o and --video");
  // a film is enough; a clip goes to stdout where nothing else was asked for
  const std::string output = o.output.empty() && o.video.empty() && !o.window ? "-" : o.output;
  if (!output.empty()) {
    cli::output_format(output, o.to);
    cli::refuse_terminal(output);
  }
  if (!o.video.empty()) cli::check_film(o.video);
  const std::optional<sim::Command> command =
      o.command.empty() ? std::nullopt : std::optional(parse_command(o.command));
  const fs::path model = cli::find_checkpoint(o.run);
  const learn::Archive archive = learn::load_checkpoint(model);
  cli::RunConfig config = config_of(model, archive);
  // else at a time of the clip that the seed draws
  if (o.from_start) config.env.set("rand_reset", "false");
  const cli::World world = cli::load_world(config);
  const auto env = cli::make_env(config, world, 1, static_cast<uint64_t>(o.seed), 1);
  learn::Agent agent(config.agent_config(), env->spec(), 0);
  agent.load(archive, false);

  if (command && !env->set_command(*command)) {
    throw Error(Kind::usage,
                fmt::format("--command: environment {} of {} follows no velocity",
                            config.env_config().env_name, model.string()),
                "task_steering does");
  }

  if (o.window) {
    cli::LiveShow show(
        *env, world.dataset.skeleton,
        [&](std::span<const float> obs, std::span<float> actions) { agent.act(obs, actions); },
        world.model, run_name(o.run));
    cli::watch(show, run_name(o.run));
    return 0;
  }

  const double fps = 1 / env->spec().control_dt;
  const auto most = static_cast<size_t>(o.seconds ? std::llround(*o.seconds * fps) + 1
                                                  : learn::episode_steps(env->spec()) + 1);
  const int wanted = o.episodes.value_or(1);
  require(wanted > 0 && most > 1, Kind::usage, "nothing to play: --episodes {}, {} frames", wanted,
          most);
  std::vector<float> actions(static_cast<size_t>(env->spec().actions));
  std::vector<Clip> clips;
  const sim::TerrainOptions terrain = config.env_config().terrain;
  cli::Recorder film(*env, world.dataset.skeleton, terrain);
  env->set_test(true);
  env->reset();
  double speed = 0;
  size_t steps = 0;
  int falls = 0;
  while (static_cast<int>(clips.size()) < wanted) {
    cli::Recorder r(*env, world.dataset.skeleton, terrain);
    r.add();
    film.add();
    bool ended = false;
    while (static_cast<size_t>(r.frames()) < most && !ended) {
      agent.act(env->obs(), actions);
      env->step(actions);
      ended = env->done()[0] != sim::Done::no;
      // at the end of an episode pose() already shows the next one
      if (!ended) {
        r.add();
        film.add();
        speed += learn::forward_speed(env->pose(0));
        ++steps;
      }
    }
    if (ended && env->done()[0] == sim::Done::fail) ++falls;
    if (!ended) env->reset();
    const std::string number = wanted > 1 ? fmt::format("_{}", clips.size()) : "";
    Clip c = r.clip(run_name(o.run) + number);
    c.source.path = model.filename().string();
    c.source.format = "policy";
    c.source.fps_source = "file";
    c.history.push_back(fmt::format("amp-play {} --seed {}: policy after {} samples, seed {}",
                                    model.filename().string(), o.seed, archive.word("samples"),
                                    config.seed));
    clips.push_back(std::move(c));
  }
  cli::say(
      fmt::format("{} episode{}, {} control steps at {:.4g} Hz, forward {:.2f} m/s (clip "
                  "{:.2f}), {} fell",
                  clips.size(), clips.size() == 1 ? "" : "s", steps, fps,
                  steps ? speed / static_cast<double>(steps) : 0.0, world.reference_speed, falls));
  if (!output.empty()) cli::write_clips(output, o.to, clips);
  if (!o.video.empty()) cli::write_film(film, world.model, run_name(o.run), o.video);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  cli::App app("amp-play", "Roll out a trained policy and write what it did as a clip");
  app.positional("RUN", o.run, "run folder, model file or shipped policy (go2_pace)");
  app.option("-o,--output", o.output, "file to write (default: stdout, nothing with --video)");
  app.option("-t,--to", o.to, "format to write (default: by extension, else h5)");
  app.option("-n,--seconds", o.seconds, "seconds to play (default: one episode)");
  app.option("--episodes", o.episodes, "episodes to play, one clip each");
  app.option("--seed", o.seed, "which starts are drawn");
  app.option("--command", o.command, "vx,vy,wz to hold, m/s and rad/s (steering tasks)");
  app.option("--video", o.video, "film of it all: x.mp4, x.gif or x.html");
  app.flag("--window", o.window, "watch it in a window, without end; Ctrl and drag pulls at it");
  app.flag("--from-start", o.from_start, "begin at the clip's first frame");
  app.example("amp-play runs/go2 -o go2.h5");
  app.example("amp-play go2_pace --window");
  app.example("amp-play runs/go2 -n 6 --video go2.mp4");
  app.example("amp-play runs/g1 -n 6 | bvh-export --preset blender -o walk.bvh");
  return app.run(argc, argv, [&] {
    require(!o.run.empty(), Kind::usage, "name a run folder or a model file");
    return play(o);
  });
}
