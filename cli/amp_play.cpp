// amp-play: what a policy does, as a clip like any other.
#include <cmath>

#include "cli/app.h"
#include "cli/clips.h"
#include "cli/io.h"
#include "cli/run_config.h"
#include "learn/agent.h"
#include "learn/tester.h"
#include "learn/trainer.h"

using namespace motus;
namespace fs = std::filesystem;

namespace {

struct Options {
  std::string run, output = "-", to;
  std::optional<double> seconds;
  std::optional<int> episodes;
  int64_t seed = 0;
  bool from_start = false;
};

/// Poses of one episode, one row a control step.
struct Recording {
  std::vector<sim::Pose> poses;

  Clip clip(const SkeletonPtr& skeleton, double fps, const std::string& name) const {
    const auto frames = static_cast<Eigen::Index>(poses.size());
    Clip c;
    c.name = name;
    c.skeleton = skeleton;
    c.fps = fps;
    c.root_pos.resize(frames, 3);
    c.root_rot.resize(frames, 4);
    c.dof_pos.resize(frames, skeleton->dof_count());
    for (Eigen::Index f = 0; f < frames; ++f) {
      const sim::Pose& p = poses[static_cast<size_t>(f)];
      for (int i = 0; i < 3; ++i) c.root_pos(f, i) = p.root_pos[i];
      for (int i = 0; i < 4; ++i) c.root_rot(f, i) = p.root_rot[i];
      for (int i = 0; i < skeleton->dof_count(); ++i)
        c.dof_pos(f, i) = p.dof_pos[static_cast<size_t>(i)];
    }
    make_continuous(c.root_rot);
    return c;
  }
};

/// The configuration a policy was trained with, from its own file; motion from the run's folder
/// where there is one.
cli::RunConfig config_of(const fs::path& model, const learn::Archive& archive) {
  cli::RunConfig c = cli::RunConfig::from_yaml(archive.word("config"), model.string());
  const fs::path motion = model.parent_path() / "motion.h5";
  if (fs::exists(motion)) c.motion_file = motion.string();
  return c;
}

int play(const Options& o) {
  cli::output_format(o.output, o.to);
  cli::refuse_terminal(o.output);
  const fs::path model = learn::find_model(o.run);
  const learn::Archive archive = learn::Archive::load(model);
  cli::RunConfig config = config_of(model, archive);
  // else at a time of the clip that the seed draws
  if (o.from_start) config.env.set("rand_reset", "false");
  const cli::World world = cli::load_world(config);
  const auto env = cli::make_env(config, world, 1, static_cast<uint64_t>(o.seed), 1);
  learn::Agent agent(config.agent_config(), env->spec(), 0);
  agent.load(archive, false);

  const double dt = env->spec().control_dt, fps = 1 / dt;
  const auto most = static_cast<size_t>(o.seconds ? std::llround(*o.seconds * fps) + 1
                                                  : learn::episode_steps(env->spec()) + 1);
  const int wanted = o.episodes.value_or(1);
  require(wanted > 0 && most > 1, Kind::usage, "nothing to play: --episodes {}, {} frames", wanted,
          most);
  std::vector<float> actions(static_cast<size_t>(env->spec().actions));
  std::vector<Clip> clips;
  env->set_test(true);
  env->reset();
  double speed = 0;
  size_t steps = 0;
  int falls = 0;
  while (static_cast<int>(clips.size()) < wanted) {
    Recording r;
    r.poses.push_back(env->pose(0));
    bool ended = false;
    while (r.poses.size() < most && !ended) {
      agent.act(env->obs(), actions);
      env->step(actions);
      ended = env->done()[0] != sim::Done::no;
      // at the end of an episode pose() already shows the next one
      if (!ended) {
        r.poses.push_back(env->pose(0));
        speed += learn::forward_speed(r.poses.back());
        ++steps;
      }
    }
    if (ended && env->done()[0] == sim::Done::fail) ++falls;
    if (!ended) env->reset();
    const std::string name = fs::path(o.run).filename().empty()
                                 ? fs::path(o.run).parent_path().filename().string()
                                 : fs::path(o.run).filename().string();
    const std::string number = wanted > 1 ? fmt::format("_{}", clips.size()) : "";
    Clip c = r.clip(world.dataset.skeleton, fps, name + number);
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
  cli::write_clips(o.output, o.to, clips);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  cli::App app("amp-play", "Roll out a trained policy and write what it did as a clip");
  app.positional("RUN", o.run, "run folder or model file");
  app.option("-o,--output", o.output, "file to write (default: stdout)");
  app.option("-t,--to", o.to, "format to write (default: by extension, else h5)");
  app.option("-n,--seconds", o.seconds, "seconds to play (default: one episode)");
  app.option("--episodes", o.episodes, "episodes to play, one clip each");
  app.option("--seed", o.seed, "which starts are drawn");
  app.flag("--from-start", o.from_start, "begin at the clip's first frame");
  app.example("amp-play runs/go2 -o go2.h5");
  app.example("amp-play runs/g1 -n 6 | bvh-export --preset blender -o walk.bvh");
  return app.run(argc, argv, [&] {
    require(!o.run.empty(), Kind::usage, "name a run folder or a model file");
    return play(o);
  });
}
