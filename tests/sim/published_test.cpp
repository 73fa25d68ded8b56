// The published numbers of MimicKit's humanoid environment on its spin-kick, and the figures known
// of other real clips. The clips are not part of the repository: MOTUS_CORPUS says where they are.
#include <numeric>

#include "sim/character_env.h"
#include "sim/lift.h"
#include "tests/catch.h"
#include "tests/corpus.h"
#include "tests/sim/fixtures.h"

using namespace motus;
using namespace motus::sim;

namespace {

/// A clip of the corpus, or nothing with a word about it.
std::vector<Clip> corpus_clip(const std::string& path, const std::string& robot) {
  const std::filesystem::path folder = corpus();
  if (folder.empty()) return {};
  formats::ReadOptions options;
  options.skeleton = robot;
  return read_file(folder / path, options);
}

void check_start(std::span<const float> found, std::initializer_list<double> golden) {
  size_t i = 0;
  for (const double g : golden) {
    INFO(i);
    CHECK(found[i++] == Approx(g).margin(2e-5));
  }
}

double sum(std::span<const float> v) {
  return std::accumulate(v.begin(), v.end(), 0.0);
}

}  // namespace

TEST_CASE("observations of the humanoid at the start of the spin-kick are the published ones") {
  std::vector<Clip> clips =
      corpus_clip("pkl_mimickit/MimicKit/humanoid__humanoid_spinkick.pkl", "humanoid");
  if (clips.empty()) return;
  const Robot robot = formats::load_robot("humanoid");
  EnvConfig config = settings(robot);
  config.rand_reset = false;
  config.key_bodies = {"head", "right_hand", "left_hand", "right_foot", "left_foot"};
  clips[0].skeleton = robot.skeleton;
  std::vector<float> demo(1420);
  {
    CharacterEnv env(config, Dataset::from(clips), robot.model, 1, 1, 1);
    check_start(env.obs(), {.82509, -.93451, .33223, -.12768, -.15044, -.04361, .98766, .66120,
                            .10080, -.16620});
    CHECK(sum(env.obs()) == Approx(25.0955).margin(1e-3));
    env.sample_demo(1, demo);
    check_start(demo, {.18989, -.15312, .87477, .19054, .94166, .27742, -.57056, -.12374, .81188});
    check_start(std::span(demo).subspan(9 * 142), {0, 0, .82509});
    CHECK(sum(demo) == Approx(266.326).margin(5e-3));
  }
  config.global_obs = false;
  CharacterEnv env(config, Dataset::from(clips), robot.model, 1, 1, 1);
  check_start(env.obs().subspan(1), {.99182, 0, -.12768, .12714, .09148, .98766});
  CHECK(sum(env.obs()) == Approx(30.6955).margin(1e-3));
  env.sample_demo(1, demo);
  check_start(demo, {-.23021, .08067, .87477, .13592, -.95108, .27742, .49614, .30771, .81188});
  CHECK(sum(demo) == Approx(288.0247).margin(5e-3));
}

TEST_CASE("the Go2's published pace: its speed, and how deep its feet are in the floor") {
  std::vector<Clip> clips = corpus_clip("pkl_mimickit/MimicKit_IsaacLab/go2__go2_pace.pkl", "go2");
  if (clips.empty()) return;
  const Robot robot = formats::load_robot("go2");
  clips[0].skeleton = robot.skeleton;
  const Dataset dataset = Dataset::from(clips);
  CharacterEnv env(settings(robot), dataset, robot.model, 1, 1, 1);
  CHECK(env.reference().mean_velocity(0)[0] == Approx(1.13).margin(0.01));
  Dataset median = dataset, lowest = dataset;
  lift_clips(median, *env.sim_model().model, ClipLift::median);
  lift_clips(lowest, *env.sim_model().model, ClipLift::lowest);
  const double z = dataset.clips[0].root_pos(0, 2);
  CHECK(median.clips[0].root_pos(0, 2) - z == Approx(0.0176).margin(2e-4));
  CHECK(lowest.clips[0].root_pos(0, 2) - z == Approx(0.0238).margin(1e-4));
}
