#pragma once
// The processes that train one agent together, each with environments, replay and random numbers of its
// own (data parallel). The class itself is one process alone: everything it is asked for is there
// already. Calls of one Ranks are collective: every rank makes the same ones in the same order.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "motion/error.h"

namespace motus::learn {

/// Another rank ended, hangs or cannot be reached. The message says which call waited, and for what.
class LostRank : public Error {
 public:
  explicit LostRank(const std::string& message) : Error(Kind::failed, message) {}
};

class Ranks {
 public:
  /// Threads that run side by side (one a network) each have a line to the same thread of the others.
  enum class Line { main, actor, critic, disc };
  static constexpr int kLines = 4;

  Ranks() = default;
  virtual ~Ranks() = default;
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;

  virtual int rank() const { return 0; }
  virtual int size() const { return 1; }
  /// Sums over the ranks, in place: the same bits on each of them and in every run.
  virtual void sum(std::span<float>) {}
  virtual void sum(std::span<double>) {}
  /// Rank 0's bytes, in place; all ranks give the same number of them.
  virtual void broadcast(std::span<std::byte>) {}
  /// Rank 0 gets what ranks 1, 2, ... gave (any number of bytes each); the others get nothing.
  virtual std::vector<std::vector<std::byte>> gather(std::span<const std::byte>) { return {}; }
  virtual Ranks& line(Line) { return *this; }
  /// Seconds that all lines together spent in the calls above, waiting for the slowest rank included.
  virtual double seconds() const { return 0; }
};

/// One process alone.
Ranks& alone();

/// Mean over the ranks, in place or of one number; untouched for one rank.
void average(Ranks& ranks, std::span<float> values);
void average(Ranks& ranks, std::span<double> values);
double average(Ranks& ranks, double value);
/// The smallest of the ranks' numbers.
size_t least(Ranks& ranks, size_t value);
/// Throws Error(kind) on every rank, naming the first one whose bytes are not rank 0's; `what` is
/// plural.
void require_same(Ranks& ranks, Kind kind, std::span<const std::byte> bytes,
                  const std::string& what);
/// A seed of each rank's own; rank 0 keeps the run's.
uint64_t seed_of(int rank, uint64_t seed);

}  // namespace motus::learn
