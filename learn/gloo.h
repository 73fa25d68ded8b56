#pragma once
// Ranks that talk over TCP: LibTorch's c10d with Gloo. Trusted networks only: nothing is encrypted, and
// who knows the port may join.
#include <functional>
#include <memory>
#include <string>

#include "learn/ranks.h"

namespace motus::learn {

struct Meeting {
  int rank = 0, size = 1;
  std::string address;  ///< of rank 0
  int port = 0;         ///< 0: any that is free, told to `opened`
  /// A launcher holds the store at the address already (torchrun): rank 0 opens none.
  bool hosted = false;
  std::string attempt;                        ///< tells restarts apart that share such a store
  double timeout = 60;                        ///< s, of joining and of every later call
  std::function<void(int port)> opened = {};  ///< on rank 0, once the others can come
  std::function<void()> watch = {};           ///< now and then while waiting; may throw
};

/// Meets the other ranks. Throws LostRank naming the address and who did not come in time,
/// Error(usage) if two processes claim one rank, Error(not_built) in a build without Gloo.
std::unique_ptr<Ranks> join_gloo(const Meeting& meeting);

}  // namespace motus::learn
