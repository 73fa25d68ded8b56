#include "learn/scaling.h"

#include <cmath>

namespace motus::learn {

double sum_seconds(const Workload& w, const Network& net, int ranks) {
  const double others = ranks - 1;
  return 2 * others / ranks * w.bytes / net.bytes_per_second + 2 * others * net.latency * w.sums;
}

double samples_per_second(const Workload& w, const Network& net, int ranks) {
  const double slowest = w.seconds * (1 + w.spread * std::sqrt(2 * std::log(ranks)));
  return ranks * w.samples / (slowest + sum_seconds(w, net, ranks));
}

}  // namespace motus::learn
