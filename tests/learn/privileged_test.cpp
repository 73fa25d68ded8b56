// A critic that sees more than the policy: what it learns from, what is saved of it, what is refused.
#include <filesystem>
#include <fstream>

#include "learn/checkpoint.h"
#include "learn/rollout.h"
#include "learn/trainer.h"
#include "motion/config.h"
#include "motion/sha256.h"
#include "tests/catch.h"
#include "tests/learn/agent_yaml.h"
#include "tests/learn/folders.h"
#include "tests/learn/point_env.h"

using namespace motus;
using namespace motus::learn;

namespace {

/// The policy sees the velocity and the clock; its critic `width` numbers: those first, and then
/// what the policy cannot tell. With width 3 it is told nothing new.
class Privileged : public PointEnv {
 public:
  explicit Privileged(size_t width, uint64_t seed = 3) : PointEnv(8, seed), width_(width) {
    spec_ = PointEnv::spec();
    spec_.critic_obs = static_cast<int>(width);
    for (int i = 0; i < spec_.critic_obs; ++i) {
      spec_.critic_mirror.from.push_back(i);
      spec_.critic_mirror.sign.push_back(i == 1 ? -1.0F : 1.0F);
    }
    look();
  }
  const sim::EnvSpec& spec() const override { return spec_; }
  std::span<const float> critic_obs() const override { return now_; }
  std::span<const float> next_critic_obs() const override { return next_; }
  void reset() override {
    PointEnv::reset();
    look();
  }
  void step(std::span<const float> actions) override {
    PointEnv::step(actions);
    look();
  }
  void load(std::span<const std::byte> bytes) override {
    PointEnv::load(bytes);
    look();
  }

 private:
  void look() {
    fill(obs(), now_);
    fill(next_obs(), next_);
  }
  void fill(std::span<const float> seen, std::vector<float>& out) const {
    out.resize(8 * width_);
    for (size_t e = 0; e < 8; ++e) {
      for (size_t i = 0; i < width_; ++i) {
        const float x = seen[3 * e + i % 3];
        out[width_ * e + i] = i < 3 ? x : x * x;
      }
    }
  }
  size_t width_;
  sim::EnvSpec spec_;
  std::vector<float> now_, next_;
};

const std::string kMore =
    "symmetry_augmentation: True\nwarm_start: {steps: 10, updates: 20, batch: 16}\n";

AgentConfig config() {
  return AgentConfig::read(Config::parse(current_yaml() + kMore, "agent.yaml"));
}
TrainResult run(sim::VecEnv& env, const std::filesystem::path& out, TrainOptions o = {}) {
  Agent agent(config(), env.spec(), 3);
  o.out_dir = out;
  o.max_samples = 8 * 16 * 12;
  return train(env, agent, o);
}

}  // namespace

TEST_CASE("a critic told what the policy is told learns the same, bit for bit") {
  const auto shared = fresh_folder("shared"), own = fresh_folder("own");
  PointEnv plain(8, 3);
  Privileged same(3);
  run(plain, shared);
  run(same, own);
  const Archive a = Archive::load(shared / "model.safetensors");
  const Archive b = Archive::load(own / "model.safetensors");
  for (const auto& [name, array] : a.arrays) {
    INFO(name);
    REQUIRE(b.arrays.contains(name));
    CHECK((b.arrays.at(name).bytes == array.bytes));
  }
  CHECK(b.get<float>("_critic_obs_norm._mean") == a.get<float>("_obs_norm._mean"));
  CHECK_FALSE(a.arrays.contains("_critic_obs_norm._mean"));
}

TEST_CASE("a critic that sees more has its own width and normaliser, and resumes exactly") {
  const auto whole = fresh_folder("whole"), parts = fresh_folder("parts");
  Privileged env(5), again(5), first(5);
  run(env, whole);
  const Archive a = Archive::load(whole / "model.safetensors");
  CHECK(a.arrays.at("_model._critic_layers.0.weight").shape == std::vector<int64_t>{16, 5});
  CHECK(a.arrays.at("_model._actor_layers.0.weight").shape == std::vector<int64_t>{16, 3});
  // squares of the velocity: their mean is none of the velocity's
  CHECK(a.get<float>("_critic_obs_norm._mean").at(3) > 0.05F);
  CHECK_FALSE(std::filesystem::exists(whole / "model.pt"));  // MimicKit could not load it

  TrainOptions stop;
  stop.threads = 2;
  int64_t iterations = 0;
  stop.stop = [&] { return ++iterations == 7; };
  CHECK(run(first, parts, stop).interrupted);
  TrainOptions go_on;
  go_on.resume = true;
  run(again, parts, go_on);
  CHECK(hash(whole / "state.safetensors") == hash(parts / "state.safetensors"));
}

TEST_CASE("critics of another sight are refused in one line, either way") {
  PointEnv plain(8, 3);
  Privileged five(5), six(6);
  Agent shared(config(), plain.spec(), 3), own(config(), five.spec(), 3);
  Agent wider(config(), six.spec(), 3);
  Archive a, b;
  shared.save(a, false);
  own.save(b, false);
  CHECK_THROWS_WITH(own.load(a, false),
                    "the checkpoint's critic sees what the policy sees, this environment's has an "
                    "observation of its own (5 numbers)");
  CHECK_THROWS_WITH(shared.load(b, false),
                    "the checkpoint's critic has an observation of its own (5 numbers), this "
                    "environment's sees what the policy sees");
  CHECK_THROWS_WITH(wider.load(b, false), Catch::Contains("(5 numbers), this environment's has"));
  CHECK_NOTHROW(own.load(b, false));

  // of one width they can stand for each other, but not in a run that goes on
  Privileged three(3);
  Agent same(config(), three.spec(), 3);
  CHECK_NOTHROW(same.load(a, false));
  Archive c;
  same.save(c, false);
  CHECK(c.get<float>("_critic_obs_norm._mean") == a.get<float>("_obs_norm._mean"));
  CHECK_NOTHROW(shared.load(c, false));
  Archive whole;
  shared.save(whole, true);
  CHECK_THROWS_WITH(same.load(whole, true), Catch::Contains("sees what the policy sees"));
}

TEST_CASE("a number that is none is found among what only the critic sees") {
  Privileged env(5);
  sim::EnvSpec spec = env.spec();
  Rollout r(2, spec, false);
  r.next_critic_obs[5 * 8 + 7] = std::nanf("");
  CHECK(r.first_bad() == "critic's next observation: number 2 of environment 1 at step 1");
}
