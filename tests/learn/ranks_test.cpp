// Ranks as threads of one process: they talk over the same sockets as processes would.
#include "learn/ranks.h"

#include <array>
#include <future>
#include <tuple>

#include "learn/gloo.h"
#include "learn/merge.h"
#include "learn/normalizer.h"
#include "learn/returns.h"
#include "learn/trainer.h"
#include "motion/config.h"
#include "tests/catch.h"
#include "tests/learn/agent_yaml.h"
#include "tests/learn/point_env.h"

using namespace motus;
using namespace motus::learn;

namespace {

/// Calls body(ranks) as each of `size` ranks and returns what each of them returned. Assertions belong
/// outside: Catch's are for one thread.
template <typename F>
auto together(int size, const F& body) {
  using Result = decltype(body(alone()));
  std::promise<int> port;
  std::shared_future<int> known = port.get_future().share();
  std::vector<std::future<Result>> running;
  for (int rank = 0; rank < size; ++rank) {
    running.push_back(std::async(std::launch::async, [&, rank, known] {
      Meeting m;
      m.rank = rank, m.size = size, m.address = "127.0.0.1";
      if (rank == 0) m.opened = [&](int p) { port.set_value(p); };
      if (rank > 0) m.port = known.get();
      const std::unique_ptr<Ranks> ranks = join_gloo(m);
      return body(*ranks);
    }));
  }
  std::vector<Result> out;
  for (auto& r : running) out.push_back(r.get());
  return out;
}

/// The state and the policy that a training leaves in each rank.
struct Trained {
  std::vector<std::byte> state, policy;
  int64_t samples = 0;
  bool operator==(const Trained&) const = default;
};

Trained trained(Ranks& ranks, const std::string& more, uint64_t seed = 3) {
  PointEnv env(8, seed_of(ranks.rank(), seed));
  AgentConfig config = AgentConfig::read(Config::parse(current_yaml() + more, "agent.yaml"));
  config.clip_policy_together = config.adapt_critic_rate;
  Agent agent(config, env.spec(), seed_of(ranks.rank(), seed));
  TrainOptions o;
  o.ranks = &ranks;
  o.max_samples = 8 * 16 * 12;
  o.threads = ranks.rank() + 1;
  const TrainResult r = train(env, agent, o);
  Archive all, policy;
  agent.save(all, true);
  agent.save(policy, false);
  return {all.bytes(), policy.bytes(), r.samples};
}

}  // namespace

TEST_CASE("ranks sum, share and gather") {
  const auto seen = together(3, [](Ranks& r) {
    std::array<float, 2> f{static_cast<float>(r.rank()), 1};
    std::array<double, 1> d{0.5};
    std::array<std::byte, 2> bytes{std::byte(r.rank() + 7), std::byte{1}};
    r.sum(f);
    r.sum(d);
    r.broadcast(bytes);
    const std::vector<std::byte> mine(static_cast<size_t>(r.rank()), std::byte(r.rank()));
    std::array<double, 1> other{1};
    r.line(Ranks::Line::disc).sum(other);
    std::vector<double> out{
        f[0],     f[1],
        d[0],     static_cast<double>(bytes[0]),
        other[0], static_cast<double>(least(r, 10 - static_cast<size_t>(r.rank())))};
    for (const std::vector<std::byte>& from : r.gather(mine))
      for (const std::byte b : from) out.push_back(static_cast<double>(b));
    return out;
  });
  CHECK(seen[0] == std::vector<double>{3, 3, 1.5, 7, 3, 8, 1, 2, 2});
  for (size_t i = 1; i < 3; ++i) CHECK(seen[i] == std::vector<double>{3, 3, 1.5, 7, 3, 8});
}

TEST_CASE("one rank alone is left as it is") {
  std::array<float, 2> f{3, 4};
  alone().sum(f);
  average(alone(), std::span<float>(f));
  CHECK(f == std::array<float, 2>{3, 4});
  CHECK(least(alone(), 5) == 5);
  CHECK(alone().gather({}).empty());
  CHECK(seed_of(0, 11) == 11);
  CHECK(seed_of(1, 11) != seed_of(0, 12));
}

TEST_CASE("normalisers and advantages of two ranks are those of all rows") {
  const std::array<float, 6> rows{1, 2, 4, 8, 16, -3};
  Normalizer whole(1);
  whole.record(rows);
  whole.update();
  std::array<float, 6> adv{};
  const std::array<float, 6> zero{};
  const std::array<uint8_t, 6> use{1, 1, 1, 0, 1, 1};
  const AdvantageStats all = advantages(rows, zero, use, true, 0, adv);
  const auto seen = together(2, [&](Ranks& r) {
    // two rows here, four there
    const auto first = static_cast<size_t>(r.rank() * 2), n = static_cast<size_t>(2 + r.rank() * 2);
    Normalizer part(1);
    part.record(std::span(rows).subspan(first, n));
    part.update(r);
    std::array<float, 6> own{};
    const AdvantageStats s =
        advantages(std::span(rows).subspan(first, n), std::span(zero).first(n),
                   std::span(use).subspan(first, n), true, 0, std::span(own).subspan(first, n), r);
    return std::tuple{part.count(), part.mean()[0], part.std()[0], s.mean, s.std, own};
  });
  for (const auto& [count, mean, std, adv_mean, adv_std, own] : seen) {
    CHECK(count == 6);
    CHECK(mean == whole.mean()[0]);
    CHECK(std == whole.std()[0]);
    CHECK(adv_mean == Approx(all.mean));
    CHECK(adv_std == Approx(all.std));
  }
  for (size_t i = 0; i < 6; ++i) CHECK(std::get<5>(seen[i < 2 ? 0 : 1])[i] == Approx(adv[i]));
}

TEST_CASE("a group of one rank trains as a process alone, bit for bit") {
  const auto one = together(1, [](Ranks& r) { return trained(r, ""); });
  CHECK(one[0] == trained(alone(), ""));
}

TEST_CASE("two ranks keep the same parameters, whatever the configuration") {
  const std::string more = GENERATE(
      as<std::string>(), "warm_start: {steps: 20, updates: 20, batch: 32}\nactor_kl_target: 0.02\n",
      "exp_prob_beg: 0.5\nexp_prob_end: 0.5\nkl_rule: minibatch\nactor_kl_target: 0.02\n",
      "normalize_value: True\nactor_kl_target: 0.02\nadaptive_rate_on: policy\n");
  INFO(more);
  const auto a = together(2, [&](Ranks& r) { return trained(r, more); });
  CHECK(a[0].policy == a[1].policy);
  CHECK(a[0].state != a[1].state);  // of their own: replay, random numbers
  CHECK(a[0].samples == 2 * 8 * 16 * 6);
  CHECK(a[0].policy != trained(alone(), more).policy);
  const auto b = together(2, [&](Ranks& r) { return trained(r, more); });
  CHECK(a == b);
}

TEST_CASE("tests are merged by their episodes and steps") {
  const auto seen = together(2, [](Ranks& r) {
    TestResult t;
    t.episodes = r.rank() == 0 ? 1 : 3;
    t.mean_length = r.rank() == 0 ? 30 : 10;
    t.mean_return = r.rank() == 0 ? 4 : 8;
    t.forward_speed = r.rank() == 0 ? 1 : 2;
    t.length_ratio = 0.5;
    return merged(r, t);
  });
  for (const TestResult& t : seen) {
    CHECK(t.episodes == 4);
    CHECK(t.mean_length == 15);
    CHECK(t.mean_return == 7);
    CHECK(t.forward_speed == 1.5);
    CHECK(t.length_ratio == 0.5);
  }
}

TEST_CASE("ranks meet in a store that their launcher keeps, once for each of its attempts") {
  int port = 0;
  Meeting launcher;
  launcher.address = "127.0.0.1", launcher.attempt = "launcher";
  launcher.opened = [&](int p) { port = p; };
  const std::unique_ptr<Ranks> store = join_gloo(launcher);
  for (const char* attempt : {"0", "1"}) {
    std::vector<std::future<size_t>> running;
    for (int rank = 0; rank < 2; ++rank) {
      running.push_back(std::async(std::launch::async, [=] {
        Meeting m;
        m.rank = rank, m.size = 2, m.address = "127.0.0.1", m.port = port;
        m.hosted = true, m.attempt = attempt;
        return least(*join_gloo(m), 4 - static_cast<size_t>(rank));
      }));
    }
    CHECK(running[0].get() == 3);
    CHECK(running[1].get() == 3);
  }
}

TEST_CASE("what the ranks do not agree on is named") {
  const auto seen = together(2, [](Ranks& r) -> std::string {
    const std::string text = r.rank() == 0 ? "a" : "b";
    try {
      require_same(r, Kind::usage, std::as_bytes(std::span(text)), "the settings");
    } catch (const Error& e) {
      return e.what();
    }
    return "accepted";
  });
  for (const std::string& s : seen) CHECK(s == "the settings of rank 1 are not those of rank 0");
}

TEST_CASE("a rank that never joins, and two that claim one number") {
  Meeting m;
  m.rank = 0, m.size = 2, m.address = "127.0.0.1", m.timeout = 0.3;
  CHECK_THROWS_WITH(join_gloo(m),
                    Catch::Contains("rank 1, which did not join") && Catch::Contains("127.0.0.1:"));
  m.rank = 1, m.port = 1;
  CHECK_THROWS_WITH(join_gloo(m), Catch::Contains("waited 0.3 s for rank 0 at 127.0.0.1:1"));
  const std::unique_ptr<Ranks> one = [&m] {
    Meeting first;
    first.address = "127.0.0.1", first.opened = [&m](int p) { m.port = p; };
    return join_gloo(first);
  }();
  m.rank = 0, m.hosted = true;
  CHECK_THROWS_WITH(join_gloo(m), Catch::Contains("two processes at 127.0.0.1:") &&
                                      Catch::Contains("say that they are rank 0"));
  CHECK_THROWS_WITH(together(2,
                             [](Ranks& r) {
                               if (r.rank() == 1) return 0;  // gone
                               std::array<float, 1> f{};
                               r.sum(f);
                               return 0;
                             }),
                    Catch::Contains("rank 0 of 2 lost another rank"));
}
