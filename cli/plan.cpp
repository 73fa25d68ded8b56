#include "cli/plan.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/app.h"
#include "cli/rank_group.h"
#include "learn/scaling.h"
#include "learn/trainer.h"

namespace motus::cli {

namespace {

constexpr int kIterations = 6;  ///< measured ones; the first and the last are not
constexpr std::array kRanks{1, 2, 4, 8, 16, 32, 64};
constexpr std::array kLinks{1.0, 10.0, 25.0, 100.0};  ///< Gbit/s
constexpr double kBytesPerGbit = 1e9 / 8;

learn::Workload measure(const TrainFlags& o, const RunConfig& c) {
  const RankGroup group(o);
  const World world = load_world(c);
  learn::AgentConfig config = c.agent_config();
  config.warm_start.steps = 0;
  config.test_episodes = 1;
  config.iters_per_output = kIterations + 2;
  const auto env = make_env(c, world, c.num_envs, c.seed, group.workers());
  learn::Agent agent(config, env->spec(), c.seed);
  learn::Meter meter;
  learn::Workload w;
  w.samples = static_cast<double>(c.num_envs) * config.steps_per_iter;
  learn::TrainOptions t;
  t.ranks = &meter;
  t.threads = group.workers();
  // the meter counts as two ranks
  t.max_samples = static_cast<int64_t>(2 * w.samples) * (kIterations + 2);
  double before = 0, square = 0;
  int64_t sums = 0, bytes = 0, measured = 0;
  t.progress = [&](const learn::Progress& p) {
    const double seconds = p.seconds - before;
    if (!p.tested) {
      ++measured;
      w.seconds += seconds;
      square += seconds * seconds;
      w.sums += static_cast<double>(meter.sums() - sums);
      w.bytes += static_cast<double>(meter.bytes() - bytes);
    }
    before = p.seconds, sums = meter.sums(), bytes = meter.bytes();
  };
  learn::train(*env, agent, t);
  for (double* v : {&w.seconds, &w.sums, &w.bytes, &square}) *v /= static_cast<double>(measured);
  w.spread = std::sqrt(std::max(0.0, square - w.seconds * w.seconds)) / w.seconds;
  say(fmt::format("measured: {} iterations of {} environments x {} steps on {} threads", measured,
                  c.num_envs, config.steps_per_iter, group.workers()));
  return w;
}

void print_table(const learn::Workload& w, const std::vector<double>& links, double latency) {
  fmt::print("ranks  samples/s (share of ideal) over a link of\n     ");
  for (const double link : links) fmt::print("{:>16}", fmt::format("{:g} Gbit/s", link));
  fmt::print("\n");
  const double one = w.samples / w.seconds;
  for (const int n : kRanks) {
    fmt::print("{:>5}", n);
    for (const double link : links) {
      const double rate = learn::samples_per_second(w, {link * kBytesPerGbit, latency}, n);
      fmt::print("{:>16}", fmt::format("{:.0f} ({:.0f} %)", rate, 100 * rate / (n * one)));
    }
    fmt::print("\n");
  }
}

void print_json(const learn::Workload& w, const std::vector<double>& links, double latency) {
  nlohmann::json j{{"iteration_seconds", w.seconds},
                   {"spread", w.spread},
                   {"iteration_samples", w.samples},
                   {"sums", w.sums},
                   {"bytes", w.bytes},
                   {"latency", latency}};
  for (const double link : links) {
    for (const int n : kRanks) {
      const learn::Network net{link * kBytesPerGbit, latency};
      j["plan"].push_back({{"ranks", n},
                           {"gbit_per_second", link},
                           {"sum_seconds", learn::sum_seconds(w, net, n)},
                           {"samples_per_second", learn::samples_per_second(w, net, n)}});
    }
  }
  fmt::print("{}\n", j.dump());
}

}  // namespace

int plan_run(const TrainFlags& o, const RunConfig& c) {
  require(!o.link || *o.link > 0, Kind::usage, "--link {} is not positive", o.link.value_or(0));
  require(o.latency >= 0, Kind::usage, "--latency {} is negative", o.latency);
  require(!o.iteration_seconds || *o.iteration_seconds > 0, Kind::usage,
          "--iteration_seconds {} is not positive", o.iteration_seconds.value_or(0));
  std::vector<double> links(kLinks.begin(), kLinks.end());
  if (o.link) links = {*o.link};
  learn::Workload w = measure(o, c);
  w.seconds = o.iteration_seconds.value_or(w.seconds);
  const double latency = 1e-6 * o.latency;
  if (o.json) {
    print_json(w, links, latency);
    return 0;
  }
  fmt::print(
      "one rank: an iteration of {:.0f} samples takes {:.3f} s +- {:.1f} % and {:.0f} sums of "
      "{:.2f} MB together\n",
      w.samples, w.seconds, 100 * w.spread, w.sums, 1e-6 * w.bytes);
  fmt::print(
      "assumed: a machine like this one for each rank; ring sums, {:g} us a message, not "
      "overlapped with computing; all wait for the slowest\n",
      o.latency);
  print_table(w, links, latency);
  return 0;
}

}  // namespace motus::cli
