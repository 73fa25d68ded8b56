#include <algorithm>
#include <cstring>

#include "motion/error.h"
#include "tests/catch.h"
#include "tests/sim/fixtures.h"
#include "tests/sim/trace.h"

using namespace motus;
using namespace motus::sim;

namespace {

std::unique_ptr<VecEnv> make(const Robot& robot, const EnvConfig& config, int envs, int workers,
                             uint64_t seed = 1) {
  return make_env(config, Dataset::from({swinging(robot)}), robot.model, envs, seed, workers);
}

}  // namespace

TEST_CASE("environments that cannot be are refused") {
  const Robot go2 = formats::load_robot("go2"), g1 = formats::load_robot("g1");
  EnvConfig config = settings(go2);
  CHECK_THROWS_WITH(make(go2, config, 0, 1), Catch::Contains("must be positive"));
  config.key_bodies = {"FR_fot"};
  CHECK_THROWS_WITH(make(go2, config, 1, 1), Catch::Contains("key_bodies names body 'FR_fot'"));
  config = settings(go2);
  CHECK_THROWS_WITH(make_env(config, Dataset::from({swinging(g1)}), go2.model, 1, 1, 1),
                    Catch::Contains("expected the 31 bodies of skeleton"));
}

TEST_CASE("sizes are those of the published environments") {
  // robot, obs, disc obs of ten steps
  struct Row {
    const char* robot;
    int obs, disc;
  };
  for (const Row& row : {Row{"humanoid", 140, 1420}, Row{"smpl", 235, 2370}, Row{"g1", 237, 2390},
                         Row{"go2", 133, 1350}, Row{"pi_plus", 185, 1870}}) {
    const Robot robot = formats::load_robot(row.robot);
    const auto env = make(robot, settings(robot), 1, 1);
    INFO(row.robot);
    CHECK(env->spec().obs == row.obs);
    CHECK(env->spec().disc_obs == row.disc);
    CHECK(env->spec().actions == robot.skeleton->dof_count());
    CHECK(std::all_of(env->obs().begin(), env->obs().end(),
                      [](float x) { return std::isfinite(x); }));
  }
  // the small form: angles, two steps
  for (const Row& row : {Row{"humanoid", 108, 220}, Row{"go2", 49, 102}}) {
    const Robot robot = formats::load_robot(row.robot);
    EnvConfig config = settings(robot);
    config.joint_obs = JointObs::angle;
    config.num_disc_obs_steps = 2;
    const auto env = make(robot, config, 1, 1);
    CHECK(env->spec().obs == row.obs);
    CHECK(env->spec().disc_obs == row.disc);
  }
}

TEST_CASE("the same seed gives the same bits on one thread, on two and on four") {
  for (const char* name : {"go2", "humanoid"}) {
    const Robot robot = formats::load_robot(name);
    const auto one = make(robot, settings(robot), 9, 1), two = make(robot, settings(robot), 9, 2),
               four = make(robot, settings(robot), 9, 4);
    const std::string a = trace(*one, 0, 200), b = trace(*two, 0, 200);
    CHECK(a == b);
    CHECK(a == trace(*four, 0, 200));
    // episodes did end on the way, otherwise resets were not compared
    CHECK(one->diagnostics().at("episode_steps") < 200);
    const auto other = make(robot, settings(robot), 9, 1, 2);
    CHECK(trace(*other, 0, 20) != trace(*make(robot, settings(robot), 9, 1), 0, 20));
  }
}

TEST_CASE("save and load equal no save") {
  const Robot robot = formats::load_robot("go2");
  const auto a = make(robot, settings(robot), 5, 1), b = make(robot, settings(robot), 5, 2, 77);
  trace(*a, 0, 40);
  const std::vector<std::byte> state = a->save();
  b->load(state);
  CHECK(std::ranges::equal(a->obs(), b->obs()));
  CHECK((b->save() == state));  // in brackets: nobody wants to see the bytes
  CHECK(trace(*a, 40, 60) == trace(*b, 40, 60));
  CHECK((a->save() == b->save()));

  std::vector<std::byte> broken(state.begin(), state.end() - 1);
  CHECK_THROWS_WITH(b->load(broken), Catch::Contains("bytes"));
  CHECK_THROWS_AS(make(robot, settings(robot), 6, 1)->load(state), Error);
  const auto other =
      make_env(settings(robot), Dataset::from({swinging(robot, 1.1)}), robot.model, 5, 1, 1);
  CHECK_THROWS_WITH(other->load(state), Catch::Contains("other clips"));
}
