// The model behind amp-train --plan, at points that can be worked out by hand.
#include "learn/scaling.h"

#include <array>
#include <cmath>

#include "tests/catch.h"

using namespace motus::learn;

TEST_CASE("one rank sends nothing; a ring sends twice what all but one hold") {
  const Workload w{.seconds = 2, .spread = 0.1, .samples = 4096, .sums = 10, .bytes = 8e6};
  const Network net{.bytes_per_second = 1e6, .latency = 0.01};
  CHECK(sum_seconds(w, net, 1) == 0);
  CHECK(samples_per_second(w, net, 1) == Approx(2048));
  // half of 16 MB over 1 MB/s, and 10 sums of 2 messages
  CHECK(sum_seconds(w, net, 2) == Approx(8 + 0.2));
  CHECK(sum_seconds(w, net, 4) == Approx(12 + 0.6));
  CHECK(samples_per_second(w, net, 4) ==
        Approx(4 * 4096 / (2 * (1 + 0.1 * std::sqrt(2 * std::log(4.0))) + 12.6)));
}

TEST_CASE("without a spread and with a fast network N ranks do N times the work") {
  const Workload w{.seconds = 1, .spread = 0, .samples = 100, .sums = 10, .bytes = 1e6};
  CHECK(samples_per_second(w, {1e18, 0}, 64) == Approx(6400));
}

TEST_CASE("a meter counts sums and their bytes") {
  Meter meter;
  std::array<float, 3> f{1, 2, 3};
  std::array<double, 2> d{};
  meter.sum(f);
  meter.sum(d);
  CHECK(meter.sums() == 2);
  CHECK(meter.bytes() == 3 * 4 + 2 * 8);
  CHECK(f[2] == 3);
}
