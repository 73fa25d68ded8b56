// The block `randomise` of an environment's YAML: what it means, and what is refused.
#include "sim/env_config.h"
#include "tests/catch.h"

using namespace motus;
using namespace motus::sim;

namespace {

Config env_with(const std::string& block) {
  return Config::parse(
      "env_name: amp\nchar_file: a.xml\nepisode_length: 10\nglobal_obs: True\n"
      "enable_early_termination: True\nnum_disc_obs_steps: 2\n" +
          block,
      "env.yaml");
}

EnvConfig read(const Config& env) {
  return read_env_config(Config::parse("{engine_name: mujoco, control_mode: pos, control_freq: 30, "
                                       "sim_freq: 120}",
                                       "engine.yaml"),
                         env);
}

EnvConfig read(const std::string& block) {
  return read(env_with("randomise: {" + block + "}\n"));
}

}  // namespace

TEST_CASE("ranges of the randomisation are read, and one number is a fixed value") {
  const RandomiseOptions none = read(env_with("")).randomise;
  CHECK_FALSE(none.any());
  CHECK(none.noise.empty());
  const RandomiseOptions o =
      read(
          "friction: [0.25, 1.75], added_mass: [-1, 1], mass: 1.1, push_interval: 15, "
          "push_velocity_xy: [-1, 1], delay: [0, 0.02]")
          .randomise;
  CHECK(o.any());
  CHECK(o.friction->low == 0.25);
  CHECK(o.friction->high == 1.75);
  CHECK(o.added_mass->low == -1);
  CHECK(o.mass->low == 1.1);
  CHECK(o.mass->high == 1.1);
  CHECK(o.push_interval->at(0.3) == 15);
  CHECK(o.delay->high == 0.02);
  CHECK_FALSE(o.gains);

  Config set = env_with("");
  set.set("randomise.friction", "[0.4,0.4]");
  set.set("randomise.noise.dof_vel", "1.5");
  const RandomiseOptions told = read(set).randomise;
  CHECK(told.friction->at(0.7) == 0.4);
  REQUIRE(told.noise.size() == 1);
  CHECK(told.noise[0].term == "dof_vel");
}

TEST_CASE("errors of measurement are uniform or normal, term by term") {
  const RandomiseOptions o =
      read("noise: {dof_pos: 0.03, root_vel: {gaussian: 0.1}}, critic_noise: true").randomise;
  REQUIRE(o.noise.size() == 2);
  CHECK(o.noise[0].size == 0.03);
  CHECK_FALSE(o.noise[0].gaussian);
  CHECK(o.noise[1].size == 0.1);
  CHECK(o.noise[1].gaussian);
  CHECK(o.critic_noise);
}

TEST_CASE("randomisation that cannot be is refused in one line") {
  const std::pair<const char*, const char*> refused[] = {
      {"friction: [1, 0.5]", "friction must be [lowest, highest], found [1, 0.5]"},
      {"friction: [-0.1, 1]", "friction must not be less than 0, found -0.1"},
      {"friction: [1]", "friction must be [lowest, highest], found 1 numbers"},
      {"friction: [.nan, 1]", "friction must be finite"},
      {"friction: slippery", "'friction' cannot be"},
      {"mass: [0, 1]", "mass must be larger than 0"},
      {"gains: 0", "gains must be larger than 0"},
      {"fricton: [0.4, 0.4]", "unknown key 'fricton'"},
      {"delay: [0, 2]", "delay 2 s is more than 32 control steps (1.07 s)"},
      {"delay_steps: [0, 33]", "delay_steps 33 is more than 32"},
      {"delay_steps: [0.5, 1]", "delay_steps must be whole, found 0.5"},
      {"delay: 0.1, delay_steps: 1", "only one of them can be"},
      {"push_velocity: [0, 1]", "pushes need a push_interval"},
      {"push_interval: [1, 2]", "push_interval needs a push_velocity"},
      {"push_interval: 1, push_velocity: 1, push_impulse: 1", "three ways to push"},
      {"noise: {dof_vell: 1}", "there is no term 'dof_vell'"},
      {"noise: {dof_vel: -1}", "dof_vel must not be negative"},
      {"noise: {dof_vel: {gausian: 1}}", "'gaussian' is missing"},
  };
  for (const auto& [block, words] : refused) {
    INFO(block);
    CHECK_THROWS_WITH(read(block), Catch::Contains(words) && Catch::Contains("env.yaml"));
  }
  try {
    read("fricton: [0.4, 0.4]");
  } catch (const Error& e) {
    CHECK(e.kind() == Kind::usage);
    CHECK(e.hint().find("friction") != std::string::npos);
  }
}
