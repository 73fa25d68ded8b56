// What motors are said to have done, against torques and ways that are known otherwise.
#include "motion/effort.h"

#include <limits>

#include "tests/catch.h"
#include "tests/sim/fixtures.h"

using namespace motus;
using namespace motus::sim;

namespace {

constexpr double kTarget = 1.5;  ///< rad, of action 1

/// One substep a control step, and a spring of `kp` without damping towards the action.
std::unique_ptr<VecEnv> springs(const Robot& robot, double kp) {
  EnvConfig c = settings(robot);
  c.sim_freq = c.control_freq = 120;
  c.gains = {{"_", kp, 0}};
  c.init_pose.assign(6 + robot.default_dofs.size(), 0.0);
  c.action_centre = ActionCentre::init_pose;
  c.action_half_range = HalfRange::number;
  c.action_half_range_value = kTarget;
  Clip high = swinging(robot);
  high.root_pos.col(2).array() += 5;  // nothing touches
  return make_env(c, Dataset::from({high}), robot.model, 2, 1, 1);
}

std::vector<float> ones(const VecEnv& env) {
  return std::vector<float>(2 * static_cast<size_t>(env.spec().actions), 1.0F);
}

}  // namespace

TEST_CASE("a spring's torque is its stiffness times the way to the target") {
  const Robot robot = formats::load_robot("go2");
  constexpr double kStiffness = 4;
  const auto env = springs(robot, kStiffness);
  CHECK_FALSE(env->effort(0).known());  // nobody asked
  REQUIRE(env->watch_effort());
  CHECK_FALSE(env->effort(0).known());  // no step yet
  for (int step = 0; step < 5; ++step) {
    const Pose before = env->pose(1);
    env->step(ones(*env));
    const Pose after = env->pose(1);
    const Effort e = env->effort(1);
    REQUIRE(e.seconds == Approx(1.0 / 120));
    for (size_t k = 0; k < e.work.size(); ++k) {
      const double torque = kStiffness * (kTarget - before.dof_pos[k]);
      REQUIRE(std::abs(torque) < e.limit[k]);
      CHECK(e.peak[k] == Approx(std::abs(torque)));
      CHECK(e.work[k] == Approx(std::abs(torque * after.dof_vel[k]) / 120));
      CHECK(e.at_limit[k] == 0);
    }
  }
}

TEST_CASE("a motor that cannot do what is asked is at its limit") {
  const Robot robot = formats::load_robot("go2");
  const auto env = springs(robot, 1e4);
  env->watch_effort();
  env->step(ones(*env));
  const Effort e = env->effort(0);
  for (size_t k = 0; k < e.work.size(); ++k) {
    CHECK(e.peak[k] == Approx(e.limit[k]));
    CHECK(e.at_limit[k] == Approx(e.seconds));
  }
}

TEST_CASE("substeps add up, and watching changes nothing") {
  const Robot robot = formats::load_robot("g1");
  const auto make = [&] {
    return make_env(settings(robot), Dataset::from({swinging(robot)}), robot.model, 2, 1, 1);
  };
  const auto watched = make(), alone = make();
  watched->watch_effort();
  for (int step = 0; step < 10; ++step) {
    const std::vector<float> actions = wobble(*watched, step);
    watched->step(actions);
    alone->step(actions);
    CHECK(watched->effort(0).seconds == Approx(1.0 / 30));
  }
  CHECK(watched->save() == alone->save());
}

TEST_CASE("sums over steps of different length") {
  const double none = std::numeric_limits<double>::infinity();
  Effort sum;
  CHECK(mean_power(sum) == 0);
  CHECK(motor_loads(sum).empty());
  sum.add(
      {.seconds = 1, .work = {10, 2}, .at_limit = {0.5, 0}, .peak = {8, 3}, .limit = {8, none}});
  sum.add({});
  sum.add({.seconds = 3, .work = {6, 2}, .at_limit = {0, 0}, .peak = {5, 4}, .limit = {8, none}});
  CHECK(mean_power(sum) == Approx(5));
  const std::vector<MotorLoad> loads = motor_loads(sum);
  REQUIRE(loads.size() == 2);
  CHECK(loads[0].peak == 8);
  CHECK(loads[0].at_limit == Approx(0.125));
  CHECK(loads[1].peak == 4);
  CHECK(loads[1].limit == none);
  CHECK(loads[1].at_limit == 0);
  // 100 W carry 10 kg at 2 m/s
  CHECK(cost_of_transport(100, 10, 2) == Approx(0.50968));
  CHECK(cost_of_transport(100, 10, -2) == Approx(0.50968));
  CHECK(cost_of_transport(100, 10, 0.05) == 0);
}
