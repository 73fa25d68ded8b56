// What a robot can measure: the deployable profile's numbers, their history, and what it refuses.
#include "sim/obs_profile.h"

#include <algorithm>

#include "motion/data_path.h"
#include "sim/character_env.h"
#include "tests/catch.h"
#include "tests/sim/fixtures.h"

using namespace motus;
using namespace motus::sim;

namespace {

EnvConfig config(const std::string& robot) {
  return read_env_config("engines/mujoco_engine.yaml",
                         "envs/quick_" + robot + "_deployable_env.yaml");
}

std::unique_ptr<CharacterEnv> make(const EnvConfig& c, const Robot& robot, const Clip& clip) {
  return std::make_unique<CharacterEnv>(c, Dataset::from({clip}), robot.model, 1, 4, 1);
}

/// The list of a profile that was read from lines added to a small environment.
EnvConfig read(const std::string& more, const std::string& name = "amp") {
  const std::string base = "env_name: " + name + R"(
char_file: data/robots/go2/robot.xml
episode_length: 5
global_obs: False
num_disc_obs_steps: 2
enable_early_termination: False
enable_phase_obs: False
)";
  return read_env_config(Config::load(require_data("engines/mujoco_engine.yaml", "engine")),
                         Config::parse(base + more, "env.yaml"));
}

constexpr const char* kPose =
    "init_pose: [0, 0, 0.3, 0, 0, 0, 0, 1, -2, 0, 1, -2, 0, 1, -2, 0, 1, -2]\n";

}  // namespace

TEST_CASE("the deployable policy sees gyroscope, gravity, encoders and its own action") {
  const Robot robot = formats::load_robot("go2");
  EnvConfig c = config("go2");
  const auto env = make(c, robot, swinging(robot));
  const int w = 5;
  const auto latest = [&](int at, int width) {  // newest of a term that starts at `at`
    const auto obs = env->obs();
    return obs.subspan(static_cast<size_t>(w * at + (w - 1) * width), static_cast<size_t>(width));
  };
  for (int step = 0; step < 4; ++step) {
    const std::vector<float> a = wobble(*env, step);
    env->step(a);
    REQUIRE(env->done()[0] == Done::no);
    const Pose p = env->pose(0);
    const Quat q(p.root_rot[0], p.root_rot[1], p.root_rot[2], p.root_rot[3]);
    const Vec3 down = q.conjugate() * Vec3(0, 0, -1);
    for (size_t k = 0; k < 3; ++k)
      CHECK(latest(3, 3)[k] == Approx(down[static_cast<int>(k)]).margin(1e-6));
    for (size_t d = 0; d < 12; ++d) {
      CHECK(latest(6, 12)[d] == Approx(p.dof_pos[d] - c.init_pose[6 + d]).margin(1e-5));
      CHECK(latest(18, 12)[d] == Approx(0.05 * p.dof_vel[d]).margin(1e-5));
      CHECK(latest(30, 12)[d] == a[d]);
    }
    // MuJoCo's own angular velocity of a free joint is the gyroscope's
    int size = 0;
    const mjtNum* qvel = mjb_stateComponent(env->batch(), mjSTATE_QVEL, &size);
    for (size_t k = 0; k < 3; ++k) CHECK(latest(0, 3)[k] == Approx(0.2 * qvel[3 + k]).margin(1e-5));
  }
}

TEST_CASE("a term's history is what it showed before, and at a start its own moment") {
  const Robot robot = formats::load_robot("go2");
  EnvConfig with = config("go2"), without = with;
  for (TermSpec& t : without.obs_terms) t.history = 1;
  const auto five = make(with, robot, swinging(robot)), one = make(without, robot, swinging(robot));
  REQUIRE(five->spec().obs == 5 * one->spec().obs);
  const std::vector<int> widths{3, 3, 0, 12, 12, 12};
  std::vector<std::vector<float>> seen(5, {one->obs().begin(), one->obs().end()});
  for (int step = 0; step < 60; ++step) {
    size_t at = 0, from = 0;
    for (const int width : widths) {
      const auto n = static_cast<size_t>(width);
      for (size_t age = 0; age < 5; ++age) {
        CHECK(std::equal(seen[age].begin() + static_cast<std::ptrdiff_t>(from),
                         seen[age].begin() + static_cast<std::ptrdiff_t>(from + n),
                         five->obs().begin() + static_cast<std::ptrdiff_t>(at + age * n)));
      }
      at += 5 * n, from += n;
    }
    const std::vector<float> a = wobble(*one, step, 2);
    one->step(a);
    five->step(a);
    REQUIRE(one->done()[0] == five->done()[0]);
    const std::vector<float> now(one->obs().begin(), one->obs().end());
    seen.erase(seen.begin());
    seen.push_back(now);
    if (one->done()[0] != Done::no) seen.assign(5, now);
  }
  CHECK(one->diagnostics().at("episode_steps") > 0);  // a start was among them
}

TEST_CASE("policy and critic of the profile have mirrors") {
  for (const char* name : {"go2", "g1"}) {
    const Robot robot = formats::load_robot(name);
    const auto env = make(config(name), robot, swinging(robot));
    const EnvSpec& s = env->spec();
    INFO(name << ": " << s.no_mirror);
    CHECK(s.obs_mirror.from.size() == static_cast<size_t>(s.obs));
    CHECK(s.critic_mirror.from.size() == static_cast<size_t>(s.critic_obs));
    // the newest angular velocity comes from itself: x and z turn about, y stays
    const std::vector<int> from(s.obs_mirror.from.begin() + 12, s.obs_mirror.from.begin() + 15);
    const std::vector<float> sign(s.obs_mirror.sign.begin() + 12, s.obs_mirror.sign.begin() + 15);
    CHECK(from == std::vector<int>{12, 13, 14});
    CHECK(sign == std::vector<float>{-1, 1, -1});
  }
}

TEST_CASE("what cannot be deployed is refused in one line") {
  CHECK(read(std::string(kPose) + "obs_profile: deployable\n").obs_terms.size() == 6);
  CHECK(read(std::string(kPose) + "obs_profile: full\n").obs_terms.empty());
  CHECK_THROWS_WITH(read("obs_profile: deployable\n"), Catch::Contains("init_pose"));
  CHECK_THROWS_WITH(read(std::string(kPose) + "obs_profile: deployabel\n"),
                    Catch::Contains("env.yaml:9: obs_profile cannot be 'deployabel'"));
  CHECK_THROWS_WITH(read(std::string(kPose) + "obs_profile: deployable\nobs_history: 0\n"),
                    Catch::Contains("obs_history must be 1 to 100"));
  CHECK_THROWS_WITH(read("obs_history: 3\n"), Catch::Contains("belongs to obs_profile"));
  CHECK_THROWS_WITH(read(std::string(kPose) + "obs_profile: deployable\nobs_terms: [gravity]\n"),
                    Catch::Contains("leave obs_terms out"));
  CHECK_THROWS_WITH(read(std::string(kPose) + "obs_profile: deployable\nenable_tar_obs: True\n"),
                    Catch::Contains("cannot measure"));
  const std::string place =
      "tar_speed: 1\ntar_change_time_min: 1\ntar_change_time_max: 2\ntar_dist_max: 3\n";
  CHECK_THROWS_WITH(read(kPose + place + "obs_profile: deployable\n", "task_location"),
                    Catch::Contains("cannot measure what task_location shows"));
  CHECK_THROWS_WITH(read("disc_obs_terms: [{term: dof_pos, history: 2}]\n"),
                    Catch::Contains("history"));
}
