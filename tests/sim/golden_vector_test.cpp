// The published feature vectors of AMP_for_hardware on real clips. The clips are not part of the
// repository: MOTUS_CORPUS says where they are.
#include <algorithm>

#include "sim/character_env.h"
#include "tests/catch.h"
#include "tests/corpus.h"
#include "tests/sim/fixtures.h"

using namespace motus;
using namespace motus::sim;

TEST_CASE("AMP_for_hardware's 43 numbers of the first frame of its trot are the published ones") {
  const std::filesystem::path folder = corpus();
  if (folder.empty()) return;
  const Robot robot = formats::load_robot("a1");
  formats::ReadOptions options;
  options.skeleton = "a1";
  std::vector<Clip> clips =
      read_file(folder / "json_amp_hardware/AMP_for_hardware/trot0.txt", options);
  REQUIRE(clips.size() == 1);
  REQUIRE(clips[0].skeleton->dof_count() == 12);
  clips[0].skeleton = robot.skeleton;
  EnvConfig c = read_env_config("engines/mujoco_engine.yaml", "envs/amp_hardware_a1_env.yaml");
  c.num_disc_obs_steps = 1;
  c.rand_reset = false;
  CharacterEnv env(c, Dataset::from(clips), robot.model, 1, 1, 1);
  REQUIRE(env.spec().disc_obs == 43);
  std::vector<float> found(43);
  env.sample_demo(1, found);

  // legs FL, FR, RL, RR there; the order of the model here
  const char* legs[] = {"FL", "FR", "RL", "RR"};
  const double q[4][3] = {{-.1070, 1.1903, -1.7483},
                          {.2051, .3589, -1.6304},
                          {.1443, .1545, -1.2058},
                          {.1239, 1.1490, -1.4050}};
  const double qd[4][3] = {{1.0944, -.8615, -6.9511},
                           {-1.5610, 4.9853, -2.8211},
                           {-1.5944, 3.6592, -2.0455},
                           {.5143, 1.8154, -5.6511}};
  const double feet[4][3] = {{.0905, .1033, -.2521},
                             {.2911, -.0823, -.2589},
                             {-.0529, .1717, -.2821},
                             {-.3276, -.0996, -.2843}};
  // the clip's base is the centre of mass of the trunk, the model's its hips' middle
  const double com[3] = {.012731, .002186, .000515};
  const std::vector<std::string>& names = env.spec().dof_names;
  for (size_t leg = 0; leg < 4; ++leg) {
    INFO(legs[leg]);
    const auto at = std::find(names.begin(), names.end(), std::string(legs[leg]) + "_hip_joint");
    REQUIRE(at != names.end());
    const size_t dof = static_cast<size_t>(at - names.begin());
    for (size_t k = 0; k < 3; ++k) {
      CHECK(found[dof + k] == Approx(q[leg][k]).margin(1e-4));
      CHECK(found[12 + 3 * leg + k] - com[k] == Approx(feet[leg][k]).margin(2e-4));
      CHECK(found[30 + dof + k] == Approx(qd[leg][k]).margin(3e-3));
    }
  }
  const double base[] = {1.0609, .1020, -.1184, .5203, -.2254, .0379};
  for (size_t k = 0; k < 6; ++k) CHECK(found[24 + k] == Approx(base[k]).margin(3e-3));
  CHECK(found[42] == Approx(.3065).margin(1e-4));
}
