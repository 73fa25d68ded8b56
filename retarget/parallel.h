#pragma once
// Blocks of frames on several threads. Blocks are the same for any number of threads and share
// nothing they write, so results are equal bit for bit.
#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>
#include <vector>

namespace motus::retarget {

/// Calls work(first, last) for [0, n) cut into blocks of `block`, on up to `jobs` threads. Each
/// thread calls make_worker() once for a `work` of its own (a solver with its scratch). The error of
/// the first failing block is thrown after all have ended.
template <typename MakeWorker>
void for_blocks(int n, int block, int jobs, const MakeWorker& make_worker) {
  const int blocks = (n + block - 1) / block;
  std::vector<std::exception_ptr> errors(static_cast<size_t>(blocks));
  std::atomic<int> next = 0;
  const auto run = [&] {
    auto work = make_worker();
    for (int i = next++; i < blocks; i = next++) {
      try {
        work(i * block, std::min(n, (i + 1) * block));
      } catch (...) {
        errors[static_cast<size_t>(i)] = std::current_exception();
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 1; i < std::min(jobs, blocks); ++i) threads.emplace_back(run);
    run();
  }
  for (const std::exception_ptr& e : errors) {
    if (e) std::rethrow_exception(e);
  }
}

}  // namespace motus::retarget
