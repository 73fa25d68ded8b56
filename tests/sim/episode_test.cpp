// How episodes begin and end, and what is seen of them.
#include <algorithm>
#include <limits>

#include "sim/character_env.h"
#include "tests/catch.h"
#include "tests/sim/fixtures.h"

using namespace motus;
using namespace motus::sim;

namespace {

/// High above the floor nothing touches anything.
Clip flying(const Robot& robot) {
  Clip c = swinging(robot);
  c.root_pos.col(2).array() += 600;  // ten seconds of fall are 490 m
  return c;
}

std::unique_ptr<CharacterEnv> make(const Robot& robot, const EnvConfig& config, const Clip& clip,
                                   int envs = 3) {
  return std::make_unique<CharacterEnv>(config, Dataset::from({clip}), robot.model, envs, 5, 1);
}

/// Steps with zero actions until an episode of environment 0 ends; its length and cause.
std::pair<int, Done> length(VecEnv& env, int most = 1000) {
  const std::vector<float> still(static_cast<size_t>(env.spec().envs) *
                                 static_cast<size_t>(env.spec().actions));
  for (int i = 1; i <= most; ++i) {
    env.step(still);
    if (env.done()[0] != Done::no) return {i, env.done()[0]};
  }
  return {most, Done::no};
}

}  // namespace

TEST_CASE("a body that may not touch the ground ends the episode") {
  const Robot robot = formats::load_robot("go2");
  Clip low = swinging(robot);
  for (int f = 0; f < low.frames(); ++f) {
    // on its back, hardly pressed in: it would bounce
    low.root_pos(f, 2) = 0.0569;
    Clip::set_quat(low.root_rot, f, 0, Quat(0, 1, 0, 0));
  }
  EnvConfig config = settings(robot);
  CHECK(length(*make(robot, config, low), 30).second == Done::fail);
  const auto env = make(robot, config, low);
  length(*env);
  CHECK(env->diagnostics().at("fall_share") == 1);

  // no list means that all may, and the rule can be switched off
  EnvConfig none = config;
  none.contact_bodies.clear();
  CHECK(length(*make(robot, none, low), 60).second == Done::no);
  EnvConfig off = config;
  off.enable_early_termination = false;
  CHECK(length(*make(robot, off, low), 60).second == Done::no);
  // a fall in the last step is a fall
  const std::pair<int, Done> fall = length(*make(robot, config, low));
  EnvConfig brief = config;
  brief.episode_length = fall.first / 30.0;
  CHECK(length(*make(robot, brief, low)) == fall);
  brief.episode_length = (fall.first - 1) / 30.0;
  CHECK(length(*make(robot, brief, low)) == std::pair{fall.first - 1, Done::time});
  // feet may
  Clip standing = swinging(robot, 0, 0);
  standing.root_pos.col(2).array() += 0.0165;
  EnvConfig stiff = config;
  stiff.gain_scale = 6;
  stiff.action_centre = ActionCentre::clip_mean;
  CHECK(length(*make(robot, stiff, standing), 30).second == Done::no);
}

TEST_CASE("time-outs are flagged at the episode's length, of training and of tests") {
  const Robot robot = formats::load_robot("go2");
  EnvConfig config = settings(robot);
  config.episode_length = 1;
  CHECK(length(*make(robot, config, flying(robot))) == std::pair{30, Done::time});
  config.train_episode_length = 0.5;
  const auto env = make(robot, config, flying(robot));
  CHECK(length(*env) == std::pair{15, Done::time});
  CHECK(env->diagnostics().at("time_share") == 1);
  env->set_test(true);
  env->reset();
  CHECK(length(*env) == std::pair{30, Done::time});
}

TEST_CASE("the velocity envelope ends training episodes only") {
  const Robot robot = formats::load_robot("go2");
  Clip clip = flying(robot);
  // half the time at rest, half at 2 m/s: in free flight the speed of the start remains
  for (int f = 0; f < clip.frames(); ++f)
    clip.root_pos(f, 0) = 2 * std::max(0.0, f / clip.fps - 0.5);
  EnvConfig config = settings(robot);
  config.velocity_envelope = 0.5;
  const auto env = make(robot, config, clip);
  CHECK(env->reference().mean_velocity(0)[0] == Approx(1).margin(0.01));
  // 1 - exp(-t / 0.25) > 0.5 from t = 0.173 s on
  CHECK(length(*env) == std::pair{6, Done::fail});
  CHECK(env->diagnostics().at("envelope_share") == 1);
  env->set_test(true);
  env->reset();
  CHECK(length(*env) == std::pair{300, Done::time});
}

TEST_CASE("pose termination measures against the reference of the same time") {
  const Robot robot = formats::load_robot("go2");
  EnvConfig config = settings(robot);
  config.pose_termination = true;
  config.pose_termination_dist = 0.5;
  Clip clip = flying(robot);
  CHECK(length(*make(robot, config, clip), 20).second == Done::no);
  config.pose_termination_dist = 0.02;
  const auto env = make(robot, config, clip);
  const auto [steps, done] = length(*env, 20);
  CHECK(done == Done::fail);
  CHECK(env->diagnostics().at("pose_share") == 1);
}

TEST_CASE("a simulation that diverges is a failure, and the rest goes on") {
  const Robot robot = formats::load_robot("go2");
  const auto env = make(robot, settings(robot), flying(robot));
  const auto untouched = make(robot, settings(robot), flying(robot));
  std::vector<float> actions = wobble(*env, 0);
  untouched->step(actions);
  actions[0] = std::numeric_limits<float>::quiet_NaN();
  env->step(actions);
  CHECK(env->done()[0] == Done::fail);
  CHECK(env->done()[1] == Done::no);
  CHECK(env->diagnostics().at("diverged") == 1);
  for (const auto span : {env->obs(), env->next_obs(), env->disc_obs()}) {
    CHECK(std::all_of(span.begin(), span.end(), [](float x) { return std::isfinite(x); }));
  }
  const size_t row = static_cast<size_t>(env->spec().obs);
  CHECK(std::ranges::equal(env->obs().subspan(row), untouched->obs().subspan(row)));

  // a state that explodes inside MuJoCo
  int size = 0;
  mjtNum* qvel = mjb_stateComponent(env->batch(), mjSTATE_QVEL, &size);
  qvel[8] = 1e9;
  env->step(wobble(*env, 1));
  CHECK(env->done()[0] == Done::fail);
  CHECK(std::isfinite(env->next_obs()[3]));
  env->step(wobble(*env, 2));
  CHECK(env->done()[0] == Done::no);
}

TEST_CASE("observations before and after a reset") {
  const Robot robot = formats::load_robot("go2");
  EnvConfig config = settings(robot);
  config.train_episode_length = 2.0 / 30;
  const auto env = make(robot, config, flying(robot));
  env->step(wobble(*env, 0));
  CHECK(std::ranges::equal(env->obs(), env->next_obs()));
  env->step(wobble(*env, 1));
  CHECK(env->done()[0] == Done::time);
  CHECK(!std::ranges::equal(env->obs(), env->next_obs()));
  // the new episode starts in the clip, exactly: height and the velocity along x
  const Pose p = env->pose(0);
  CHECK(env->obs()[0] == Approx(p.root_pos[2]));
  CHECK(p.root_pos[2] == Approx(600.27));
  CHECK(p.root_vel[0] == Approx(1));
  CHECK(std::all_of(env->rewards().begin(), env->rewards().end(), [](float r) { return r == 0; }));
}

TEST_CASE("without random starts everything begins at time zero, demonstrations too") {
  const Robot robot = formats::load_robot("humanoid");
  EnvConfig config = settings(robot);
  config.rand_reset = false;
  const auto env = make(robot, config, swinging(robot), 2);
  const size_t row = static_cast<size_t>(env->spec().obs),
               disc = static_cast<size_t>(env->spec().disc_obs);
  CHECK(std::ranges::equal(env->obs().subspan(0, row), env->obs().subspan(row)));
  CHECK(env->pose(1).root_pos[0] == Approx(0).margin(1e-12));
  std::vector<float> demo(3 * disc);
  env->sample_demo(3, demo);
  CHECK(std::equal(demo.begin(), demo.begin() + static_cast<std::ptrdiff_t>(disc),
                   demo.begin() + static_cast<std::ptrdiff_t>(2 * disc)));
}

TEST_CASE("the history starts as the clip's and fills up with the simulation") {
  const Robot robot = formats::load_robot("go2");
  EnvConfig config = settings(robot);
  config.rand_reset = false;
  config.num_disc_obs_steps = 3;
  const auto env = make(robot, config, flying(robot), 1);
  const size_t width = static_cast<size_t>(env->spec().disc_obs) / 3;
  std::vector<float> demo(3 * width);
  env->sample_demo(1, demo);
  const std::vector<float> still(12);
  env->step(still);
  const std::vector<float> first(env->disc_obs().begin(), env->disc_obs().end());
  // steps 1 and 2 of the demonstration are steps 0 and 1 now, but for the root position's origin
  CHECK(std::equal(first.begin() + 3, first.begin() + static_cast<std::ptrdiff_t>(width),
                   demo.begin() + 3 + static_cast<std::ptrdiff_t>(width)));
  env->step(still);
  const std::vector<float> second(env->disc_obs().begin(), env->disc_obs().end());
  CHECK(std::equal(second.begin() + 3, second.begin() + static_cast<std::ptrdiff_t>(width),
                   first.begin() + 3 + static_cast<std::ptrdiff_t>(width)));
  CHECK(std::equal(second.begin() + 3 + static_cast<std::ptrdiff_t>(width),
                   second.begin() + 2 * static_cast<std::ptrdiff_t>(width),
                   first.begin() + 3 + 2 * static_cast<std::ptrdiff_t>(width)));
}

TEST_CASE("played-back actions aim at the next control step with the lead that damping needs") {
  const Robot robot = formats::load_robot("go2");
  EnvConfig config = settings(robot);
  config.rand_reset = false;
  const auto env = make(robot, config, flying(robot), 2);
  const EnvSpec& spec = env->spec();
  std::vector<float> actions(2 * static_cast<size_t>(spec.actions));
  env->step(actions);
  env->playback_actions(actions);
  Reference::Scratch s;
  env->reference().sample(0, 2.0 / 30, s);
  for (size_t k = 0; k < static_cast<size_t>(spec.actions); ++k) {
    const double target = s.dofs[k] + 2.0 / 15 * s.state.dof_vel[k];
    CHECK(actions[k] * spec.action_scale[k] + spec.action_centre[k] == Approx(target).margin(1e-5));
  }
}

TEST_CASE("a reference table draws the same kind of demonstrations") {
  const Robot robot = formats::load_robot("go2");
  EnvConfig config = settings(robot);
  const auto exact = make(robot, config, swinging(robot), 2);
  config.reference_table = 64;
  const auto table = make(robot, config, swinging(robot), 2);
  const size_t width = static_cast<size_t>(exact->spec().disc_obs);
  const int n = 4000;
  std::vector<float> a(n * width), b(n * width);
  exact->sample_demo(n, a);
  table->sample_demo(n, b);
  double worst = 0;
  for (size_t k = 0; k < width; ++k) {
    double ma = 0, mb = 0;
    for (size_t i = 0; i < n; ++i) ma += a[i * width + k] / n, mb += b[i * width + k] / n;
    worst = std::max(worst, std::abs(ma - mb));
  }
  CHECK(worst < 0.1);  // dof velocities of amplitude 1.3 rad/s: 4 sigma of the mean
  CHECK(worst > 0);
}

TEST_CASE("the phase is seen when asked for") {
  const Robot robot = formats::load_robot("go2");
  EnvConfig config = settings(robot);
  config.rand_reset = false;
  config.enable_phase_obs = true;
  config.num_phase_encoding = 1;
  const auto env = make(robot, config, flying(robot), 1);
  REQUIRE(env->spec().obs == 133 + 3);
  for (int i = 0; i < 6; ++i) env->step(std::vector<float>(12));
  CHECK(env->obs()[133] == Approx(0.2));
  CHECK(env->obs()[134] == Approx(std::sin(0.4 * M_PI)));
  CHECK(env->obs()[135] == Approx(std::cos(0.4 * M_PI)));
}
