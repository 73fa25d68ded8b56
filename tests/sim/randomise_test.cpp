// Robots, floors and disturbances that are drawn for each episode.
#include "sim/randomise.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>

#include "sim/character_env.h"
#include "tests/catch.h"
#include "tests/sim/fixtures.h"
#include "tests/sim/trace.h"

using namespace motus;
using namespace motus::sim;

namespace {

std::unique_ptr<CharacterEnv> make(const Robot& robot, const EnvConfig& config, int envs,
                                   int workers = 1, uint64_t seed = 3) {
  return std::make_unique<CharacterEnv>(config, Dataset::from({swinging(robot)}), robot.model, envs,
                                        seed, workers);
}

/// Everything that can be drawn.
RandomiseOptions everything() {
  RandomiseOptions o;
  o.friction = {0.25, 1.75};
  o.mass = {0.9, 1.1};
  o.added_mass = {-0.5, 0.5};
  o.com_offset = {-0.02, 0.02};
  o.gains = {0.9, 1.1};
  o.motor_strength = {0.8, 1};
  o.delay = {0, 0.05};
  o.push_interval = {0.2, 0.5};
  o.push_velocity = {0, 0.5};
  o.noise = {{"dof_vel", 0.5, false}, {"root_rot", 0.02, true}};
  return o;
}

/// Ranges whose draws change nothing.
RandomiseOptions nothing() {
  RandomiseOptions o;
  o.friction = {1, 1};
  o.mass = o.gains = o.motor_strength = {1, 1};
  o.added_mass = o.com_offset = o.delay = {0, 0};
  o.push_interval = {0.2, 0.5};
  o.push_velocity = {0, 0};
  o.noise = {{"dof_vel", 0, false}, {"root_rot", 0, true}};
  return o;
}

/// A model field of environment `e`.
std::span<const mjtNum> field(CharacterEnv& env, const char* name, int e) {
  int size = 0;
  const auto* rows = static_cast<const mjtNum*>(mjb_expanded(env.batch(), name, &size, nullptr));
  REQUIRE(rows != nullptr);
  const size_t width = static_cast<size_t>(size);
  return {rows + static_cast<size_t>(e) * width, width};
}

mjtNum* velocity(CharacterEnv& env) {
  return mjb_stateComponent(env.batch(), mjSTATE_QVEL, nullptr);
}

}  // namespace

TEST_CASE("randomisation with ranges that change nothing equals none, bit for bit") {
  for (const char* name : {"go2", "humanoid"}) {
    const Robot robot = formats::load_robot(name);
    EnvConfig off = settings(robot), on = off;
    on.randomise = nothing();
    INFO(name);
    const auto a = make(robot, off, 5), b = make(robot, on, 5);
    CHECK(trace(*a, 0, 120) == trace(*b, 0, 120));
    CHECK(a->diagnostics().at("episode_steps") < 120);  // episodes did end
    on.randomise = everything();
    CHECK(trace(*make(robot, on, 5), 0, 20) != trace(*make(robot, off, 5), 0, 20));
  }
}

TEST_CASE("randomised environments give the same bits on one, two and four threads") {
  for (const char* mode : {"pos", "pd_explicit"}) {
    const Robot robot = formats::load_robot("go2");
    EnvConfig config = settings(robot);
    config.control_mode = mode;
    config.randomise = everything();
    const std::string one = trace(*make(robot, config, 9, 1), 0, 150);
    CHECK(one == trace(*make(robot, config, 9, 2), 0, 150));
    CHECK(one == trace(*make(robot, config, 9, 4), 0, 150));
  }
}

TEST_CASE("save and load equal no save in the middle of randomised episodes") {
  const Robot robot = formats::load_robot("go2");
  for (const bool impulse : {false, true}) {
    EnvConfig config = settings(robot);
    config.control_mode = impulse ? "pd_explicit" : "pos";
    config.randomise = everything();
    if (impulse) config.randomise.push_velocity.reset(), config.randomise.push_impulse = {1, 3};
    const auto a = make(robot, config, 5, 1), b = make(robot, config, 5, 2, 77);
    trace(*a, 0, 43);
    const std::vector<std::byte> state = a->save();
    b->load(state);
    CHECK((b->save() == state));
    CHECK(trace(*a, 43, 80) == trace(*b, 43, 80));
    CHECK((a->save() == b->save()));
  }
}

TEST_CASE("draws fill their ranges, and every episode has its own") {
  const Robot robot = formats::load_robot("go2");
  EnvConfig config = settings(robot);
  config.randomise = everything();
  constexpr int kEnvs = 400;
  const auto env = make(robot, config, kEnvs);
  const mjModel* m = env->sim_model().model.get();
  const int foot = static_cast<int>(m->ngeom) - 1, floor = env->sim_model().floor_geom;

  struct Row {
    const char* what;
    double low, high;
    std::function<double(int)> value;
  };
  const auto of = [&](const char* name, const mjtNum* base, int i) {
    return [&env, name, base, i](int e) {
      return field(*env, name, e)[static_cast<size_t>(i)] / base[i];
    };
  };
  const double thigh = m->body_mass[3];
  const std::vector<Row> rows = {
      {"friction", 0.25, 1.75,
       [&](int e) { return field(*env, "geom_friction", e)[static_cast<size_t>(3 * floor)]; }},
      {"mass", 0.9, 1.1, of("body_mass", m->body_mass, 3)},
      {"inertia", 0.9, 1.1, of("body_inertia", m->body_inertia, 9)},
      {"added mass", -0.5, 0.5,
       [&](int e) {
         const auto mass = field(*env, "body_mass", e);
         return mass[1] - mass[3] / thigh * m->body_mass[1];
       }},
      {"centre of mass", -0.02, 0.02,
       [&](int e) { return field(*env, "body_ipos", e)[4] - m->body_ipos[4]; }},
      {"strength", 0.8, 1, of("actuator_forcerange", m->actuator_forcerange, 1)},
      {"kp", 0.9, 1.1,
       [&](int e) {
         const double strength =
             field(*env, "actuator_forcerange", e)[7] / m->actuator_forcerange[7];
         return field(*env, "actuator_biasprm", e)[3 * mjNBIAS + 1] / strength /
                m->actuator_biasprm[3 * mjNBIAS + 1];
       }},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    double sum = 0, least = 1e9, most = -1e9;
    for (int e = 0; e < kEnvs; ++e) {
      const double x = row.value(e);
      sum += x, least = std::min(least, x), most = std::max(most, x);
    }
    const double width = row.high - row.low;
    CHECK(least >= row.low - 1e-12);
    CHECK(most <= row.high + 1e-12);
    // the mean of 400 uniform draws has a standard deviation of width / 69
    CHECK(sum / kEnvs == Approx(0.5 * (row.low + row.high)).margin(4 * width / 69));
    CHECK(least < row.low + 0.05 * width);
    CHECK(most > row.high - 0.05 * width);
  }
  // a contact's friction is the larger one of its two shapes: the foot's may not be in the way
  for (int e = 0; e < kEnvs; ++e) {
    const auto friction = field(*env, "geom_friction", e);
    CHECK(friction[static_cast<size_t>(3 * foot)] <= friction[static_cast<size_t>(3 * floor)]);
  }
  // masses that follow from masses followed
  const auto mass = field(*env, "body_mass", 7);
  CHECK(field(*env, "body_subtreemass", 7)[1] ==
        Approx(std::accumulate(mass.begin(), mass.end(), 0.0)));
  const double before = mass[3];
  env->reset();
  CHECK(field(*env, "body_mass", 7)[3] != before);
}

TEST_CASE("a push changes the velocity by what was drawn, when it was drawn") {
  const Robot robot = formats::load_robot("go2");
  EnvConfig config = settings(robot);
  config.randomise.push_interval = {0.5, 0.5};
  config.randomise.push_velocity = {0.7, 0.7};
  const SimModel model = build_model(robot.model, *robot.skeleton, {});
  Randomise pushes(config, model, 1);
  const DataPtr d(mj_makeData(model.model.get()));
  Clock clock;
  clock.episode = 4;
  Scene s;
  s.m = model.model.get(), s.d = d.get(), s.clock = &clock, s.seed = 5, s.dt = config.control_dt();
  pushes.start(s);
  std::vector<int> at;
  std::set<double> directions;
  for (clock.step = 0; clock.step < 60; ++clock.step) {
    std::fill_n(d->qvel, 6, 0.0);
    CHECK_FALSE(pushes.push(s));
    const double speed = std::hypot(d->qvel[0], d->qvel[1]);
    CHECK(d->qvel[2] == 0);
    if (speed == 0) continue;
    CHECK(speed == Approx(0.7).epsilon(1e-12));
    directions.insert(d->qvel[0]);
    at.push_back(clock.step);
  }
  REQUIRE(at.size() == 4);
  CHECK(directions.size() == 4);
  CHECK(at[0] < 15);
  for (size_t i = 1; i < at.size(); ++i) CHECK(at[i] - at[i - 1] == 15);

  // as published: both components are set, whatever they were
  config.randomise.push_velocity.reset();
  config.randomise.push_velocity_xy = {0.3, 0.3};
  Randomise sets(config, model, 1);
  clock.step = 0;
  sets.start(s);
  for (; clock.step < 15; ++clock.step) {
    d->qvel[0] = 9, d->qvel[1] = -9;
    sets.push(s);
    if (d->qvel[0] != 9) break;
  }
  CHECK(d->qvel[0] == 0.3);
  CHECK(d->qvel[1] == 0.3);

  // an impulse: force times the control step
  config.randomise.push_velocity_xy.reset();
  config.randomise.push_impulse = {2, 2};
  Randomise hits(config, model, 1);
  clock.step = 0;
  hits.start(s);
  while (clock.step < 15 && !hits.push(s)) ++clock.step;
  const mjtNum* force = d->xfrc_applied + 6;
  CHECK(std::hypot(force[0], force[1]) / 30 == Approx(2).epsilon(1e-12));
}

TEST_CASE("an impulse moves the whole robot by impulse over mass") {
  const Robot robot = formats::load_robot("go2");
  EnvConfig config = settings(robot);
  Clip high = swinging(robot, 0, 0);
  high.root_pos.col(1).setZero();
  config.action_centre = ActionCentre::clip_mean;  // legs that swing cost digits
  high.root_pos.col(2).array() += 100;
  config.randomise.push_interval = {0.001, 0.001};  // before every control step
  config.randomise.push_impulse = {3, 3};
  CharacterEnv env(config, Dataset::from({high}), robot.model, 1, 1, 1);
  const mjModel* m = env.sim_model().model.get();
  const std::vector<float> still(12, 0);
  env.step(still);
  // momentum of all bodies
  const DataPtr d(mj_makeData(m));
  mjb_getData(env.batch(), 0, d.get());
  mj_forward(m, d.get());
  mj_subtreeVel(m, d.get());
  const mjtNum* v = d->subtree_linvel + 3;
  CHECK(m->body_subtreemass[1] * std::hypot(v[0], v[1]) == Approx(3).epsilon(1e-3));
  CHECK(d->xfrc_applied[6] == 0);
}

TEST_CASE("feet hold on a floor with friction and slide on one without") {
  const Robot robot = formats::load_robot("go2");
  EnvConfig config = settings(robot);
  config.enable_early_termination = false;
  config.gain_scale = 6;
  config.action_centre = ActionCentre::clip_mean;
  config.rand_reset = false;
  Clip standing = swinging(robot, 0, 0);
  standing.root_pos.col(2).array() += 0.0165;
  const auto way = [&](double friction) {
    config.randomise.friction = {friction, friction};
    config.randomise.push_interval = {100, 100};
    config.randomise.push_velocity = {0, 0};
    CharacterEnv env(config, Dataset::from({standing}), robot.model, 1, 1, 1);
    const std::vector<float> still(12, 0);
    for (int i = 0; i < 30; ++i) env.step(still);
    const double from = env.pose(0).root_pos[0];
    velocity(env)[0] = 0.5;
    for (int i = 0; i < 30; ++i) env.step(still);
    return env.pose(0).root_pos[0] - from;
  };
  // v^2 / (2 mu g) = 0.127 m at 0.1, a tenth of it at 1 (and the legs give a little)
  CHECK(way(0.1) > 0.08);
  CHECK(way(1.0) < 0.03);
}

TEST_CASE("the policy sees errors, the critic and the discriminator do not") {
  const Robot robot = formats::load_robot("go2");
  EnvConfig clean = settings(robot), noisy = clean;
  noisy.randomise.noise = {{"dof_vel", 0.5, false}, {"root_vel", 0.2, true}};
  const auto a = make(robot, clean, 50), b = make(robot, noisy, 50);
  const int width = a->spec().obs;
  CHECK(b->spec().critic_obs == width);
  double sum = 0, most = 0, squares = 0;
  int numbers = 0, normals = 0;
  for (int step = 0; step < 40; ++step) {
    a->step(wobble(*a, step)), b->step(wobble(*b, step));
    CHECK(std::ranges::equal(a->disc_obs(), b->disc_obs()));
    CHECK(std::ranges::equal(a->obs(), b->critic_obs()));
    CHECK(std::ranges::equal(a->next_obs(), b->next_critic_obs()));
    for (size_t i = 0; i < a->obs().size(); ++i) {
      const double error = b->obs()[i] - a->obs()[i];
      const int column = static_cast<int>(i) % width;
      // height 1, rotation 6, velocity 3, angular velocity 3, joints of 16 bodies, dof velocities
      if (column >= 7 && column < 10) {
        squares += error * error, ++normals;
      } else if (column >= 13 + 6 * 16 && column < 13 + 6 * 16 + 12) {
        sum += error, most = std::max(most, std::abs(error)), ++numbers;
      } else {
        CHECK(error == 0);
      }
    }
  }
  CHECK(most <= 0.5 + 1e-4);
  CHECK(most > 0.499);
  CHECK(sum / numbers == Approx(0).margin(5 * 0.29 / std::sqrt(numbers)));
  CHECK(std::sqrt(squares / normals) == Approx(0.2).epsilon(0.05));

  // on request, and then the same errors
  noisy.randomise.critic_noise = true;
  const auto c = make(robot, noisy, 3);
  c->step(wobble(*c, 0));
  CHECK(std::ranges::equal(c->obs(), c->critic_obs()));
  noisy.randomise.noise = {{"gravity", 0.1, false}};
  CHECK_THROWS_WITH(make(robot, noisy, 1), Catch::Contains("'gravity' is not in"));
}

TEST_CASE("a mass that would be negative is refused") {
  const Robot robot = formats::load_robot("go2");
  EnvConfig config = settings(robot);
  config.randomise.added_mass = {-50, 0};
  CHECK_THROWS_WITH(make(robot, config, 1), Catch::Contains("added_mass -50 leaves nothing"));
}
