// The shipped training configurations agree with each other and with the robots they name.
#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "motion/config.h"
#include "motion/data_path.h"
#include "motion/robot.h"
#include "sim/env_config.h"
#include "tests/catch.h"
#include "tests/sim/golden_robot.h"

using namespace motus;

namespace {

/// Flags and values of an arg file.
std::map<std::string, std::string> args(const std::string& name) {
  std::ifstream in(require_data("data/args/amp_" + name + ".txt", "arg file"));
  std::map<std::string, std::string> out;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string key, value;
    if (!(words >> key) || key[0] == '#') continue;
    words >> value;
    REQUIRE(out.emplace(key, value).second);
  }
  return out;
}

Config part(const std::map<std::string, std::string>& a, const std::string& flag) {
  return Config::load(require_data(a.at(flag), flag));
}

std::vector<double> numbers(const Config& c, const std::string& key) {
  return c.node(key).as<std::vector<double>>();
}

}  // namespace

TEST_CASE("arg files name files that exist, with flags of MimicKit") {
  const std::set<std::string> known{"--num_envs", "--engine_config", "--env_config",
                                    "--agent_config", "--out_dir"};
  for (const char* name : golden::kTrained) {
    INFO(name);
    const auto a = args(name);
    for (const auto& [flag, value] : a) CHECK(known.count(flag) == 1);
    CHECK(a.size() == known.size());
    CHECK(part(a, "--engine_config").get<std::string>("engine_name") == "mujoco");
    CHECK(part(a, "--agent_config").get<std::string>("agent_name") == "AMP");
  }
}

TEST_CASE("environments start in the robot's default pose and watch its bodies") {
  for (const char* name : golden::kTrained) {
    INFO(name);
    const Config env = part(args(name), "--env_config");
    const golden::Robot gold = golden::read(name);
    CHECK(std::filesystem::equivalent(require_data(env.get<std::string>("char_file"), "model"),
                                      find_robot(name) / "robot.xml"));
    const RobotYaml y = read_robot_yaml(find_robot(name) / "robot.yaml");
    CHECK(env.get<std::vector<std::string>>("key_bodies") == y.key_bodies);
    CHECK(env.get<std::vector<std::string>>("contact_bodies") == y.contact_bodies);
    // a ball that turns about one axis has the same numbers as hinges and as exponential map
    std::vector<double> pose{0, 0, y.root_height, 0, 0, 0};
    const std::vector<double>& dofs = gold.values.at("default_dofs");
    pose.insert(pose.end(), dofs.begin(), dofs.end());
    CHECK(numbers(env, "init_pose") == pose);
    // one weight for each joint of MimicKit's model: bodies without joint have a rigid one
    CHECK(numbers(env, "joint_err_w").size() ==
          static_cast<size_t>(gold.values.at("sizes").at(2)) - 2);
    CHECK(env.get<bool>("zero_center_action", false) ==
          (gold.name == "g1" || gold.name == "pi_plus"));
  }
}

TEST_CASE(
    "the simulation reads every environment, with MimicKit's defaults for the keys of Motus") {
  for (const char* name : golden::kTrained) {
    INFO(name);
    const auto a = args(name);
    const sim::EnvConfig env = sim::read_env_config(a.at("--engine_config"), a.at("--env_config"));
    CHECK(env.notes.empty());
    CHECK(env.control_freq == 30);
    CHECK(env.substeps() == 4);
    CHECK(env.num_disc_obs_steps == 10);
    CHECK(env.episode_length == 10);
    CHECK(env.global_obs);
    CHECK_FALSE(env.enable_phase_obs);
    CHECK(env.gain_scale == 1);
    CHECK(env.self_collision);
  }
}

TEST_CASE("agents differ where the published ones differ") {
  for (const char* name : golden::kTrained) {
    INFO(name);
    const Config agent = part(args(name), "--agent_config");
    const bool go2 = std::string(name) == "go2";
    CHECK(agent.child("model").get<double>("action_std") == (go2 ? 0.1 : 0.05));
    CHECK(agent.child("actor_optimizer").get<double>("learning_rate") == (go2 ? 2e-4 : 1e-4));
    const bool smooth = std::string(name) == "g1" || std::string(name) == "smpl";
    CHECK(agent.get<double>("disc_grad_penalty") == (smooth ? 10 : 5));
    const Config legacy = Config::load(
        require_data("agents/amp_" + std::string(name) + "_legacy_agent.yaml", "agent"));
    CHECK(legacy.get<double>("disc_loss_weight") == 5);
    CHECK_FALSE(legacy.has("actor_optimizer"));
  }
}
