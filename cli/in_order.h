#pragma once
// Work on several threads whose results are taken in order: the same output whatever the number of
// threads, and memory for a few results only.
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace motus::cli {

/// Calls make(i) for i in [0, n) on `workers` threads and take(i, result) on this one, in order. A
/// thread runs at most a few results ahead of what is taken. What either throws ends the work and is
/// thrown here. One worker is this thread itself: handing over would cost two switches a result.
template <typename Make, typename Take>
void in_order(size_t n, int workers, Make make, Take take) {
  if (workers == 1) {
    for (size_t i = 0; i < n; ++i) take(i, make(i));
    return;
  }
  using Result = decltype(make(size_t{0}));
  const size_t ahead = 4 * static_cast<size_t>(workers);
  std::mutex mutex;
  std::condition_variable ready, room;
  std::map<size_t, Result> waiting;
  std::exception_ptr failure;
  size_t next = 0, taken = 0;
  bool stop = false;
  const auto work = [&] {
    for (;;) {
      size_t i = 0;
      {
        std::unique_lock lock(mutex);
        room.wait(lock, [&] { return stop || next >= n || next < taken + ahead; });
        if (stop || next >= n) return;
        i = next++;
      }
      try {
        Result result = make(i);
        const std::lock_guard lock(mutex);
        waiting.emplace(i, std::move(result));
      } catch (...) {
        const std::lock_guard lock(mutex);
        failure = std::current_exception();
        stop = true;
      }
      ready.notify_one();
    }
  };
  std::vector<std::jthread> threads;
  for (int t = 0; t < workers; ++t) threads.emplace_back(work);
  const auto end = [&] {
    const std::lock_guard lock(mutex);
    stop = true;
    room.notify_all();
  };
  try {
    for (size_t i = 0; i < n; ++i) {
      std::unique_lock lock(mutex);
      ready.wait(lock, [&] { return failure || waiting.count(i) > 0; });
      if (failure) std::rethrow_exception(failure);
      auto node = waiting.extract(i);
      taken = i + 1;
      lock.unlock();
      room.notify_all();
      take(i, std::move(node.mapped()));
    }
  } catch (...) {
    end();
    throw;
  }
  end();
}

}  // namespace motus::cli
