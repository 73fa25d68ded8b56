#pragma once
// What training would do on more machines: a model of data-parallel ranks that sum their gradients in a
// ring.
//
//   t(N) = t (1 + v sqrt(2 ln N)) + sum over the sums of an iteration [2 (N-1)/N bytes / link + 2 (N-1) latency]
//   samples/s = N samples / t(N)
//
// t is the time of an iteration of one rank, v its relative standard deviation: the slowest of N
// independent normal numbers lies about sqrt(2 ln N) deviations above their mean (Cramer 1946, 28.6), and
// all wait for it. Nothing is sent while a rank computes; the networks' sums share the link.
#include <atomic>
#include <cstdint>

#include "learn/ranks.h"

namespace motus::learn {

struct Workload {
  double seconds = 0;  ///< of one rank's iteration
  double spread = 0;   ///< its standard deviation / its mean
  double samples = 0;  ///< of one rank's iteration
  double sums = 0;     ///< calls of Ranks::sum in an iteration
  double bytes = 0;    ///< that those calls sum
};

struct Network {
  double bytes_per_second = 0;
  double latency = 0;  ///< s, of one message
};

/// Seconds that an iteration of `ranks` ranks spends in sums.
double sum_seconds(const Workload& work, const Network& network, int ranks);

/// Of all ranks together. For one rank: samples / seconds.
double samples_per_second(const Workload& work, const Network& network, int ranks);

/// Counts what a training would send. It sums nothing: what is trained with it is worth nothing.
class Meter : public Ranks {
 public:
  int size() const override { return 2; }
  void sum(std::span<float> v) override { add(v.size_bytes()); }
  void sum(std::span<double> v) override { add(v.size_bytes()); }
  int64_t sums() const { return sums_; }
  int64_t bytes() const { return bytes_; }

 private:
  void add(size_t bytes) {
    ++sums_;
    bytes_ += static_cast<int64_t>(bytes);
  }
  std::atomic<int64_t> sums_ = 0, bytes_ = 0;  ///< the networks learn side by side
};

}  // namespace motus::learn
