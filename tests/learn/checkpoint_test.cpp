// Checkpoints of other hands: MimicKit's model.pt, damaged files, another robot's.
#include "learn/checkpoint.h"

#include <fmt/ranges.h>

#include <filesystem>
#include <fstream>

#include "learn/agent.h"
#include "motion/error.h"
#include "tests/catch.h"
#include "tests/formats/python.h"
#include "tests/learn/agent_yaml.h"
#include "tests/learn/point_env.h"

using namespace motus;
using namespace motus::learn;

namespace {

std::filesystem::path written(const std::string& name, std::span<const std::byte> bytes) {
  const auto file = std::filesystem::temp_directory_path() / ("motus_checkpoint_" + name);
  std::ofstream out(file, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
  return file;
}

Archive trained(Agent& agent, PointEnv& env) {
  agent.prepare(env);
  for (int t = 0; t < agent.config().steps_per_iter; ++t) {
    env.step(agent.begin_step(env, 0));
    agent.end_step(env);
  }
  agent.take_demo(env);
  agent.update(1, 0);
  Archive a;
  agent.save(a, false);
  return a;
}

const AgentConfig& config() {
  static const AgentConfig c = AgentConfig::read(Config::parse(current_yaml(), "agent.yaml"));
  return c;
}

}  // namespace

TEST_CASE("a model.pt goes out and comes back: the same policy, the same normalisers") {
  PointEnv env(8, 3);
  Agent agent(config(), env.spec(), 3), other(config(), env.spec(), 4);
  const Archive before = trained(agent, env);
  const auto file = written("model.pt", model_pt(before));
  const Archive back = load_checkpoint(file);
  for (const char* name : {"_model._actor_layers.0.weight", "_model._actor_layers.2.bias",
                           "_model._action_dist._mean_net.weight", "_model._critic_out.bias",
                           "_model._disc_layers.2.weight", "_model._disc_logits.weight",
                           "_obs_norm._mean", "_disc_obs_norm._std", "_a_norm._std"}) {
    INFO(name);
    REQUIRE(back.arrays.contains(name));
    CHECK(back.get<float>(name) == before.get<float>(name));
    CHECK(back.arrays.at(name).shape == before.arrays.at(name).shape);
  }
  CHECK(back.get<int64_t>("_obs_norm._count") == std::vector<int64_t>{8 * 16});
  other.load(back, false);
  std::vector<float> a(16), b(16);
  agent.act(env.obs(), a);
  other.act(env.obs(), b);
  for (size_t i = 0; i < a.size(); ++i) CHECK(a[i] == Approx(b[i]).margin(1e-5));
}

TEST_CASE("deviations that follow the observation have MimicKit's second head") {
  std::string yaml = current_yaml();
  const std::string fixed = "actor_std_type: FIXED";
  yaml.replace(yaml.find(fixed), fixed.size(), "actor_std_type: VARIABLE");
  const AgentConfig variable = AgentConfig::read(Config::parse(yaml, "agent.yaml"));
  CHECK(variable.variable_std);
  PointEnv env(8, 3);
  Agent agent(variable, env.spec(), 3), other(variable, env.spec(), 4);
  const Archive before = trained(agent, env);
  for (const char* head : {"_mean_net", "_logstd_net"}) {
    const std::string name = std::string("_model._action_dist.") + head;
    CHECK(before.arrays.at(name + ".weight").shape == std::vector<int64_t>{2, 8});
    CHECK(before.arrays.at(name + ".bias").shape == std::vector<int64_t>{2});
  }
  const Archive back = load_checkpoint(written("variable.pt", model_pt(before)));
  other.load(back, false);
  Archive after;
  other.save(after, false);
  CHECK(after.get<float>("_model._action_dist._logstd_net.weight") ==
        before.get<float>("_model._action_dist._logstd_net.weight"));
  std::vector<float> a(16), b(16);
  agent.act(env.obs(), a);
  other.act(env.obs(), b);
  for (size_t i = 0; i < a.size(); ++i) CHECK(a[i] == Approx(b[i]).margin(1e-5));
  // a file with one deviation for all observations has no such head
  Agent plain(config(), env.spec(), 3);
  CHECK_THROWS_WITH(other.load(trained(plain, env), false), Catch::Contains("_logstd_net.weight"));
}

TEST_CASE("PyTorch reads a model.pt: names, shapes and numbers") {
  if (!python_has("torch")) return;
  PointEnv env(8, 3);
  Agent agent(config(), env.spec(), 3);
  const Archive before = trained(agent, env);
  const TempFolder folder;
  std::filesystem::copy_file(written("torch.pt", model_pt(before)), folder.path() / "model.pt");
  const std::string found = run_python(folder, R"(
import torch
m = torch.load("model.pt", map_location="cpu", weights_only=True)
for name in sorted(m):
    if m[name].dtype == torch.float32:
        print(name, list(m[name].shape), "%.6e" % m[name].double().sum())
)");
  std::string expected;
  for (const auto& [name, array] : before.arrays) {
    if (array.dtype != Dtype::f32 || !name.starts_with('_')) continue;
    double sum = 0;
    for (const float v : before.get<float>(name)) sum += v;
    expected += fmt::format("{} [{}] {:.6e}\n", name, fmt::join(array.shape, ", "), sum);
  }
  CHECK(found == expected);
}

TEST_CASE("a cut or foreign file is one clear line") {
  PointEnv env(8, 3);
  Agent agent(config(), env.spec(), 3);
  const std::vector<std::byte> whole = model_pt(trained(agent, env));
  for (const size_t length : {size_t{5}, size_t{100}, whole.size() / 2, whole.size() - 40}) {
    const auto file = written("cut.pt", std::span(whole).first(length));
    INFO(length);
    try {
      load_checkpoint(file);
      FAIL("accepted");
    } catch (const Error& e) {
      CHECK(e.kind() == Kind::bad_input);
      CHECK_THAT(e.what(), Catch::Contains("cut.pt: not a model.pt"));
      CHECK(std::string(e.what()).find('\n') == std::string::npos);
    }
  }
  Archive foreign;
  foreign.put<float>("_weights", std::vector<float>{1, 2});
  CHECK_THROWS_WITH(load_checkpoint(written("foreign.pt", model_pt(foreign))),
                    Catch::Contains("no model of MimicKit"));
  const std::string text = "PK is how this text begins, and no more";
  CHECK_THROWS_AS(load_checkpoint(written("text.pt", std::as_bytes(std::span(text)))), Error);
  CHECK_THROWS_AS(load_checkpoint(std::filesystem::temp_directory_path()), Error);
}

TEST_CASE("a checkpoint of another robot names the first difference") {
  PointEnv env(8, 3);
  Agent agent(config(), env.spec(), 3);
  Archive a;
  agent.save(a, false);
  a.words["dofs"] = "push idle";
  a.words["bodies"] = "point";
  CHECK(robot_difference(a, env.spec()).empty());
  sim::EnvSpec spec = env.spec();
  spec.dof_names = {"push", "lift"};
  CHECK(robot_difference(a, spec) == "joint 1 is 'idle' in the checkpoint and 'lift' here");
  spec = env.spec();
  spec.body_names.push_back("head");
  CHECK_THAT(robot_difference(a, spec), Catch::Contains("1 names of kind 'body', this one 2"));
  spec = env.spec();
  spec.action_scale[1] = 0.5F;
  CHECK_THAT(
      robot_difference(a, spec),
      Catch::Contains("action 1 ('idle') is 0 +- 1 rad in the checkpoint and 0 +- 0.5 here"));
}
