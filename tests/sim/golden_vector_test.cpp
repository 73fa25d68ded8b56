// The published feature vectors of AMP_for_hardware on real clips, and IsaacGymEnvs' 105 numbers of a
// pose that can be worked out by hand. The clips are not part of the repository: MOTUS_CORPUS says
// where they are.
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

TEST_CASE("IsaacGymEnvs' 105 numbers of a pose, worked out by hand") {
  const Robot robot = formats::load_robot("humanoid");
  EnvConfig c =
      read_env_config("engines/mujoco_engine.yaml", "envs/isaac_gym_amp_humanoid_env.yaml");
  CharacterEnv env(c, Dataset::from({swinging(robot)}), robot.model, 1, 1, 1);
  const Reference& reference = env.reference();
  const Skeleton& skeleton = *robot.skeleton;
  const auto dof = [&](const char* name) {
    REQUIRE(skeleton.find_dof(name) >= 0);
    return static_cast<size_t>(skeleton.find_dof(name));
  };
  const auto offset = [&](const std::string& body) {
    return skeleton.bodies()[static_cast<size_t>(skeleton.find_body(body))].rest_pos;
  };
  // yaw 90 degrees, then a lean of 30 degrees ahead; the right arm is turned by 90 degrees about x,
  // the left knee bent by 0.5 rad, everything else straight
  const double lean = M_PI / 6;
  const Quat rotation = exp_map(Vec3(0, 0, M_PI / 2)) * exp_map(Vec3(0, lean, 0));
  const Vec3 turn = log_map(rotation);
  const double root[6] = {7, -3, 0.8, turn.x(), turn.y(), turn.z()};
  std::vector<double> dofs(28, 0);
  dofs[dof("right_shoulder_x")] = M_PI / 2;
  dofs[dof("left_knee")] = 0.5;
  Reference::Scratch s;
  reference.rest(root, dofs.data(), s);
  s.qvel[0] = 1, s.qvel[1] = 2, s.qvel[2] = 3;
  const Vec3 spin = rotation.conjugate() * Vec3(0.1, 0.2, 0.3);  // MuJoCo's is in the root's frame
  for (int k = 0; k < 3; ++k) s.qvel[static_cast<size_t>(3 + k)] = spin[k];
  for (size_t d = 0; d < 28; ++d) s.qvel[6 + d] = 0.01 * static_cast<double>(d);

  // height | images of x and z in the world | velocities in the heading frame, whose x is the world's y
  const double ahead = std::cos(lean), down = std::sin(lean);
  std::vector<double> golden{0.8, 0, ahead, -down, 0, down, ahead, 2, -1, 3, 0.2, -0.1, 0.3};
  const std::vector<double> straight{1, 0, 0, 0, 0, 1};
  const auto add = [&](const std::vector<double>& v) {
    golden.insert(golden.end(), v.begin(), v.end());
  };
  add(straight), add(straight);              // torso, head
  add({1, 0, 0, 0, -1, 0}), add({0});        // right arm: z has gone to -y
  add(straight), add({0});                   // left arm
  add(straight), add({0}), add(straight);    // right leg
  add(straight), add({0.5}), add(straight);  // left leg
  for (int d = 0; d < 28; ++d) golden.push_back(0.01 * d);
  // key bodies from the root: in the heading frame only the lean about y is left
  const auto leant = [&](const Vec3& p) {
    add({ahead * p.x() + down * p.z(), p.y(), ahead * p.z() - down * p.x()});
  };
  const auto up = [](const Vec3& p) { return Vec3(p.x(), -p.z(), p.y()); };  // 90 degrees about x
  const auto bent = [](const Vec3& p) {                                      // 0.5 rad about y
    return Vec3(std::cos(0.5) * p.x() + std::sin(0.5) * p.z(), p.y(),
                std::cos(0.5) * p.z() - std::sin(0.5) * p.x());
  };
  leant(offset("torso") + offset("right_upper_arm") +
        up(offset("right_lower_arm") + offset("right_hand")));
  leant(offset("torso") + offset("left_upper_arm") + offset("left_lower_arm") +
        offset("left_hand"));
  leant(offset("right_thigh") + offset("right_shin") + offset("right_foot"));
  leant(offset("left_thigh") + offset("left_shin") + bent(offset("left_foot")));
  REQUIRE(golden.size() == 105);

  std::vector<FeatureTerm> terms;
  for (const TermSpec& t : c.disc_terms)
    terms.push_back({*feature_named(t.term), t.frame, t.scale});
  const SnapshotLayout& l = reference.anatomy().layout;
  const FeatureView view{terms.data(), static_cast<int>(terms.size()), nullptr};
  REQUIRE(features_width(l, view) == 105);
  std::vector<float> snapshot(static_cast<size_t>(l.size())), found(105);
  reference.take(s, snapshot.data());
  const Heading h = heading_of(snapshot.data() + SnapshotLayout::kRootRot);
  write_features(l, view, View{snapshot.data(), snapshot.data(), h, h}, found.data());
  for (size_t i = 0; i < 105; ++i) {
    INFO("number " << i);
    CHECK(found[i] == Approx(golden[i]).margin(1e-5));
  }
}
