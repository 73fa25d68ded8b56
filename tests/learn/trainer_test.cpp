// The whole loop in a world that takes milliseconds.
#include "learn/trainer.h"

#include <filesystem>
#include <fstream>

#include "motion/config.h"
#include "motion/sha256.h"
#include "tests/catch.h"
#include "tests/learn/agent_yaml.h"
#include "tests/learn/point_env.h"

using namespace motus;
using namespace motus::learn;

namespace {

std::filesystem::path fresh_folder(const std::string& name) {
  const auto folder = std::filesystem::temp_directory_path() / ("motus_trainer_" + name);
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}
AgentConfig config(const std::string& more = "") {
  return AgentConfig::read(Config::parse(current_yaml() + more, "agent.yaml"));
}
std::string hash(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  REQUIRE(in.good());
  const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
  return sha256(std::as_bytes(std::span(bytes)));
}
TrainResult run(const std::filesystem::path& out, const TrainOptions& given, uint64_t seed = 3,
                const std::string& more = "") {
  PointEnv env(8, seed);
  Agent agent(config(more), env.spec(), seed);
  TrainOptions o = given;
  o.out_dir = out;
  return train(env, agent, o);
}

}  // namespace

TEST_CASE("an agent learns to move like the clip") {
  const auto out = fresh_folder("learns");
  TrainOptions o;
  o.max_samples = 40000;
  o.reference_speed = 1;
  PointEnv env(8, 1);
  Agent agent(config(), env.spec(), 1);
  const TestResult before = run_test(env, agent, 8);
  o.out_dir = out;
  const TrainResult r = train(env, agent, o);
  CHECK(std::abs(before.forward_speed) < 0.3);
  CHECK(r.best_test.forward_speed == Approx(1).margin(0.2));
  CHECK(r.best_test.length_ratio == 1);
  CHECK(r.best_test.episodes == 8);
  CHECK(std::filesystem::exists(out / "model.safetensors"));
  CHECK(find_model(out) == out / "best.safetensors");
}

TEST_CASE("the same seed gives the same bits with one thread and two, another seed others") {
  TrainOptions o;
  o.max_samples = 8 * 16 * 12;
  o.threads = 1;
  const auto one = fresh_folder("one"), two = fresh_folder("two"), other = fresh_folder("other");
  const std::string warm =
      "warm_start: {steps: 20, updates: 50, batch: 32}\nactor_kl_target: 0.02\n";
  run(one, o, 3, warm);
  o.threads = 2;
  run(two, o, 3, warm);
  run(other, o, 4, warm);
  CHECK(hash(one / "state.safetensors") == hash(two / "state.safetensors"));
  CHECK(hash(one / "model.safetensors") == hash(two / "model.safetensors"));
  CHECK(hash(one / "model.safetensors") != hash(other / "model.safetensors"));
}

TEST_CASE("stop and resume equals no stop, whether a test is due at the stop or not") {
  TrainOptions o;
  o.max_samples = 8 * 16 * 20;
  const auto whole = fresh_folder("whole"), parts = fresh_folder("parts");
  run(whole, o);
  const int64_t period = config().iters_per_output;
  const int64_t stops[] = {period + 1, 2 * period};  // a test is due at iterations 0, period, ...
  for (const int64_t at : stops) {
    fresh_folder("parts");
    int64_t iterations = 0;
    TrainOptions stop = o;
    stop.stop = [&] { return ++iterations == at; };
    const TrainResult first = run(parts, stop);
    CHECK(first.interrupted);
    CHECK(first.iterations == at);
    TrainOptions again = o;
    again.resume = true;
    const TrainResult second = run(parts, again);
    CHECK(second.samples == o.max_samples);
    CHECK(hash(whole / "state.safetensors") == hash(parts / "state.safetensors"));
  }
}

TEST_CASE("a resume with another network says so") {
  TrainOptions o;
  o.max_samples = 8 * 16 * 2;
  const auto out = fresh_folder("mismatch");
  run(out, o);
  PointEnv env(8, 3);
  AgentConfig other = config();
  other.actor_net = {4};
  Agent agent(other, env.spec(), 3);
  o.resume = true;
  o.out_dir = out;
  CHECK_THROWS_WITH(train(env, agent, o), Catch::Contains("state.safetensors"));
}

TEST_CASE("a warm start plays the clip back before the first iteration") {
  PointEnv env(8, 5);
  Agent agent(config("warm_start: {steps: 40, updates: 300, batch: 64}\n"), env.spec(), 5);
  TrainOptions o;
  o.max_samples = 1;  // one iteration
  const TrainResult r = train(env, agent, o);
  CHECK(r.last_test.forward_speed == Approx(1).margin(0.3));
}

TEST_CASE("a held actor does not move, the others do") {
  const auto a = fresh_folder("hold_a"), b = fresh_folder("hold_b");
  TrainOptions o;
  o.max_samples = 8 * 16 * 2;
  run(a, o, 3, "actor_hold_iterations: 2\n");
  o.max_samples = 1;
  run(b, o, 3, "actor_hold_iterations: 2\n");
  const Archive x = Archive::load(a / "model.safetensors");
  const Archive y = Archive::load(b / "model.safetensors");
  const std::string actor = "_model._actor_layers.0.weight", disc = "_model._disc_layers.0.weight";
  CHECK(x.get<float>(actor) == y.get<float>(actor));
  CHECK(x.get<float>(disc) != y.get<float>(disc));
}

TEST_CASE("training ends by itself when a test is good enough") {
  const auto out = fresh_folder("goal");
  TrainOptions o;
  o.max_samples = 8 * 16 * 1000;
  o.reference_speed = 1;
  const TrainResult r = run(out, o, 3, "stop_test_length: 0.95\nstop_speed_ratio: 0.8\n");
  CHECK(r.goal_reached);
  CHECK(r.samples < o.max_samples);
}

TEST_CASE("a standing policy does not score as a walking one") {
  TestResult t;
  t.length_ratio = 1;
  CHECK(test_score(t, 0) == 1);
  CHECK(test_score(t, 1.1) == 0);
  t.forward_speed = 1.1;
  CHECK(test_score(t, 1.1) == 1);
  t.forward_speed = 3;
  CHECK(test_score(t, 1.1) == 0);
}

TEST_CASE("a judge that watches the tests chooses what is kept") {
  const auto out = fresh_folder("judged");
  TrainOptions o;
  o.max_samples = 20000;
  o.judged_episodes = 3;
  std::vector<std::string> models;
  int tests = 0;
  o.judge = [&](const TestResult& test, const std::vector<TestEpisode>& episodes) {
    CHECK(test.episodes == 8);
    CHECK(episodes.size() == 3);
    CHECK(!episodes[0].poses.empty());
    return ++tests == 2 ? 0.9 : 0.1 / tests;  // its style falls late
  };
  o.progress = [&](const Progress& p) {
    if (p.tested) models.push_back(hash(out / "model.safetensors"));
  };
  const TrainResult r = run(out, o);
  REQUIRE(models.size() > 2);
  CHECK(hash(out / "best.safetensors") == models[1]);
  CHECK(hash(out / "best.safetensors") != models.back());
  CHECK(r.best_samples < r.samples);
}
