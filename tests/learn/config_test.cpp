#include "learn/agent_config.h"
#include "tests/catch.h"
#include "tests/learn/agent_yaml.h"

using namespace motus;
using namespace motus::learn;

namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}
AgentConfig read(const std::string& text) {
  return AgentConfig::read(Config::parse(text, "agent.yaml"));
}
Error refused(const std::string& text) {
  try {
    read(text);
  } catch (const Error& e) {
    return e;
  }
  FAIL("accepted");
  return Error(Kind::failed, "");
}

}  // namespace

TEST_CASE("a misspelt key is refused with the nearest one") {
  const Error e = refused(current_yaml() + "disc_grad_penalti: 3\n");
  CHECK(e.kind() == Kind::usage);
  CHECK_THAT(e.what(), Catch::Contains("unknown key 'disc_grad_penalti'"));
  CHECK(e.hint() == "did you mean 'disc_grad_penalty'?");
}

TEST_CASE("two dialects in one file are refused") {
  const Error e = refused(current_yaml() + "update_epochs: 5\n");
  CHECK_THAT(e.what(), Catch::Contains("'update_epochs' belongs to the legacy dialect"));
}

TEST_CASE("values out of range are refused with their key") {
  CHECK_THAT(refused(replaced(current_yaml(), "steps_per_iter: 16", "steps_per_iter: 0")).what(),
             Catch::Contains("steps_per_iter"));
  CHECK_THAT(refused(replaced(current_yaml(), "discount: 0.95", "discount: 1.5")).what(),
             Catch::Contains("discount"));
  CHECK_THAT(refused(replaced(current_yaml(), "type: Adam", "type: Lion")).what(),
             Catch::Contains("Lion"));
  CHECK(refused(replaced(current_yaml(), "actor_net: [16, 8]", "actor_net: fc_2layer_1024units"))
            .hint() == "did you mean 'fc_2layers_1024units'?");
}

TEST_CASE("batch sizes are multiples of the environments unless rows are asked for") {
  const AgentConfig a = read(current_yaml());
  CHECK_FALSE(a.legacy);
  CHECK(a.actor_rows(10) == 40);
  CHECK(a.disc_steps_of(10) == 2 * 4);
  CHECK(a.actor_kl_target == 0);
  CHECK(a.warm_start.steps == 0);
  const AgentConfig rows = read(current_yaml() +
                                "batch_unit: rows\ndisc_steps: 8\n"
                                "warm_start: {steps: 80}\ndisc_batch_mix: half\n");
  CHECK(rows.actor_rows(10) == 4);
  CHECK(rows.disc_steps_of(10) == 8);
  CHECK(rows.disc_batch_mix == BatchMix::half);
  CHECK(rows.warm_start.updates == 600);
}

TEST_CASE("the legacy dialect is three optimisers with scaled gradients") {
  const AgentConfig a = read(legacy_yaml());
  CHECK(a.legacy);
  CHECK(a.actor_net == std::vector<int>{1024, 512});
  CHECK(a.actor_opt.learning_rate == 5e-5);
  CHECK(a.disc_opt.gradient_scale == 5);
  CHECK(a.disc_opt.weight_decay == 0);
  CHECK(a.disc_weight_loss == 1e-4);
  CHECK(a.actor_rows(4096) == 16384);
  CHECK(a.disc_rows(4096) == 2048);
  // one discriminator step with each of the 5 * 8 minibatches
  CHECK(a.disc_steps_of(4096) == 40);
  CHECK(a.disc_grad_penalty_on == PenaltyOn::demo);
}
