// An environment's mirror against the motion seen in a mirror, and the clip's row of the same moment.
#include "motion/mirror.h"

#include "sim/env.h"
#include "tests/catch.h"
#include "tests/sim/fixtures.h"

using namespace motus;
using namespace motus::sim;

namespace {

std::vector<float> reflected(const Mirror& m, std::span<const float> x) {
  std::vector<float> out(x.size());
  for (size_t i = 0; i < out.size(); ++i) out[i] = m.sign[i] * x[static_cast<size_t>(m.from[i])];
  return out;
}

double largest_difference(std::span<const float> a, std::span<const float> b) {
  double worst = 0;
  for (size_t i = 0; i < a.size(); ++i)
    worst = std::max(worst, static_cast<double>(std::abs(a[i] - b[i])));
  return worst;
}

/// Targets in rad that lead along the clip.
std::vector<float> targets(const VecEnv& env) {
  const EnvSpec& s = env.spec();
  std::vector<float> a(static_cast<size_t>(s.actions));
  env.playback_actions(a);
  for (size_t i = 0; i < a.size(); ++i) a[i] = a[i] * s.action_scale[i] + s.action_centre[i];
  return a;
}

}  // namespace

TEST_CASE("an observation's mirror is the observation of the mirrored motion") {
  for (const std::string name : {"go2", "g1", "humanoid"}) {
    for (const bool angles : {false, true}) {
      const Robot robot = formats::load_robot(name);
      EnvConfig c = settings(robot);
      c.joint_obs = angles ? JointObs::angle : JointObs::tangent_normal;
      c.global_obs = angles;
      c.rand_reset = false;
      const Clip clip = swinging(robot);
      const auto one = make_env(c, Dataset::from({clip}), robot.model, 1, 0, 1);
      const auto two = make_env(c, Dataset::from({mirror(clip)}), robot.model, 1, 0, 1);
      const EnvSpec& s = one->spec();
      INFO(name << " angles " << angles << ": " << s.no_mirror);
      REQUIRE(s.obs_mirror.from.size() == static_cast<size_t>(s.obs));
      REQUIRE(s.dof_mirror.from.size() == static_cast<size_t>(s.actions));
      CHECK(largest_difference(one->obs(), two->obs()) > 0.1);
      CHECK(largest_difference(reflected(s.obs_mirror, one->obs()), two->obs()) < 1e-4);
      CHECK(largest_difference(reflected(s.dof_mirror, targets(*one)), targets(*two)) < 1e-4);
      CHECK(reflected(s.obs_mirror, reflected(s.obs_mirror, one->obs())) ==
            std::vector<float>(one->obs().begin(), one->obs().end()));
    }
  }
}

TEST_CASE("what has no mirror image says so") {
  const Robot robot = formats::load_robot("go2");
  EnvConfig c = settings(robot);
  c.enable_phase_obs = true;
  auto env = make_env(c, Dataset::from({swinging(robot)}), robot.model, 1, 0, 1);
  CHECK(env->spec().obs_mirror.from.empty());
  CHECK_THAT(env->spec().no_mirror, Catch::Contains("'phase'"));
  c.enable_phase_obs = false;
  c.key_bodies = {robot.key_bodies.front()};
  env = make_env(c, Dataset::from({swinging(robot)}), robot.model, 1, 0, 1);
  CHECK_THAT(env->spec().no_mirror, Catch::Contains("not its partner"));
}

TEST_CASE("the aligned row is the clip's at the environment's own moment") {
  const Robot robot = formats::load_robot("go2");
  EnvConfig c = settings(robot);
  c.joint_obs = JointObs::angle;
  c.rand_reset = false;
  c.num_disc_obs_steps = 2;
  c.enable_early_termination = false;
  const auto env = make_env(c, Dataset::from({swinging(robot)}), robot.model, 2, 0, 1);
  CHECK(env->aligned_demo().empty());
  REQUIRE(env->align_demo());
  for (int k = 1; k <= 4; ++k) {
    env->step(wobble(*env, k));
    const size_t width = static_cast<size_t>(env->spec().disc_obs);
    REQUIRE(env->aligned_demo().size() == 2 * width);
    for (size_t e = 0; e < 2; ++e) {
      // the second, newer half of the window: root position 3, rotation 6, then the joints
      const std::span<const float> row = env->aligned_demo().subspan(e * width + width / 2);
      for (size_t d = 0; d < 12; ++d) {
        const double q =
            robot.default_dofs[d] + 0.2 * std::sin(2 * M_PI * k / 30.0 + static_cast<double>(d));
        CHECK(row[9 + d] == Approx(q).margin(1e-4));
      }
    }
  }
  CHECK(largest_difference(env->aligned_demo(), env->disc_obs()) > 0.01);
}
