// The tasks: rewards by their published formulas, targets in their ranges and on their clock.
#include <cmath>

#include "sim/character_env.h"
#include "tests/catch.h"
#include "tests/sim/fixtures.h"

using namespace motus;
using namespace motus::sim;

namespace {

/// A root at (1, 2) that faces y.
std::vector<float> facing_y() {
  std::vector<float> s(13);
  s[0] = 1, s[1] = 2, s[2] = 0.9f;
  s[3] = s[6] = std::sqrt(0.5f);
  return s;
}

constexpr float kDt = 1.0f / 30;

}  // namespace

TEST_CASE("location: distance, speed towards the target and facing are rewarded") {
  TaskOptions o;
  o.task = TaskKind::location;
  const std::vector<float> s = facing_y();
  Target t;
  t.pos[0] = 1, t.pos[1] = 5;  // 3 m ahead
  float obs[2];
  CHECK(task_obs(o, s.data(), t, obs) == obs + 2);
  CHECK(obs[0] == Approx(3));
  CHECK(obs[1] == Approx(0).margin(1e-6));
  const auto reward = [&](float vx, float vy) {
    const float before[2] = {1 - vx * kDt, 2 - vy * kDt};
    return task_reward(o, s.data(), before, kDt, t);
  };
  const double place = 0.5 * std::exp(-0.5 * 9), lack = 0.3;
  CHECK(reward(0, 1) == Approx(place + 0.4 + 0.1).margin(1e-4));
  CHECK(reward(0, 5) == Approx(place + 0.4 + 0.1).margin(1e-4));  // faster is as good
  CHECK(reward(0, 0.7f) == Approx(place + 0.4 * std::exp(-4 * lack * lack) + 0.1).margin(1e-4));
  CHECK(reward(0, -0.1f) == Approx(place + 0.1).margin(1e-4));  // away
  t.pos[0] = 4, t.pos[1] = 2;                                   // to the right
  CHECK(reward(1, 0) == Approx(place + 0.4).margin(1e-4));
  t.pos[0] = 1.6f;  // within the radius of sqrt(0.5) m all is well
  CHECK(reward(0, 0) == Approx(0.5 * std::exp(-0.5 * 0.36) + 0.5).margin(1e-4));
}

TEST_CASE("steering: velocity and facing against what is asked") {
  TaskOptions o;
  o.task = TaskKind::steering;
  o.steer_vel_scale = 0.5f;
  const std::vector<float> s = facing_y();
  Target t;
  t.dir[0] = 0, t.dir[1] = 1, t.speed = 2;
  t.face[0] = 1, t.face[1] = 0;
  float obs[5];
  CHECK(task_obs(o, s.data(), t, obs) == obs + 5);
  CHECK(obs[0] == Approx(1));
  CHECK(obs[2] == 2);
  CHECK(obs[3] == Approx(0).margin(1e-6));
  CHECK(obs[4] == Approx(-1));
  const auto reward = [&](float vx, float vy) {
    const float before[2] = {1 - vx * kDt, 2 - vy * kDt};
    return task_reward(o, s.data(), before, kDt, t);
  };
  CHECK(reward(0, 2) == Approx(0.7).margin(1e-4));
  CHECK(reward(0.5, 1) == Approx(0.7 * std::exp(-0.5 * (1 + 0.25))).margin(1e-4));
  CHECK(reward(0, -0.1f) == Approx(0).margin(1e-6));
  t.face[0] = 0, t.face[1] = 1;
  CHECK(reward(0, 2) == Approx(1).margin(1e-4));
}

TEST_CASE("targets keep to their ranges and change on their clock") {
  const Robot robot = formats::load_robot("humanoid");
  EnvConfig config = settings(robot);
  config.global_obs = false;
  config.task.task = TaskKind::steering;
  config.task.speed_min = 0.5f, config.task.speed_max = 5;
  config.task.change_min = config.task.change_max = 0.5f;
  config.enable_early_termination = false;
  CharacterEnv env(config, Dataset::from({swinging(robot)}), robot.model, 40, 3, 1);
  REQUIRE(env.spec().obs == 145);
  const auto speeds = [&] {
    std::vector<float> out;
    for (size_t e = 0; e < 40; ++e) out.push_back(env.obs()[145 * e + 142]);
    return out;
  };
  const std::vector<float> first = speeds();
  CHECK(*std::min_element(first.begin(), first.end()) > 0.5f);
  CHECK(*std::max_element(first.begin(), first.end()) < 5);
  CHECK(*std::max_element(first.begin(), first.end()) > 4);
  const std::vector<float> still(40 * 28);
  for (int i = 0; i < 14; ++i) env.step(still);
  CHECK(speeds() == first);
  env.step(still);
  for (size_t e = 0; e < 40; ++e) CHECK(speeds()[e] != first[e]);
  CHECK(env.diagnostics().at("task_reward") > 0);

  config.task = {.task = TaskKind::location, .change_min = 5, .change_max = 10, .dist_max = 10};
  CharacterEnv there(config, Dataset::from({swinging(robot)}), robot.model, 200, 3, 1);
  REQUIRE(there.spec().obs == 142);
  float farthest = 0, mean = 0;
  for (size_t e = 0; e < 200; ++e) {
    const float d = std::hypot(there.obs()[142 * e + 140], there.obs()[142 * e + 141]);
    farthest = std::max(farthest, d), mean += d / 200;
  }
  CHECK(farthest < 10);
  CHECK(farthest > 9);
  CHECK(mean == Approx(5).margin(0.7));
}
