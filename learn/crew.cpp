#include "learn/crew.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace motus::learn {

namespace {

thread_local int number = 0;

/// Parts of one run() call, handed out in order. All under the crew's mutex.
struct Job {
  const void* part;
  void (*call)(const void*, int);
  int parts, next = 0, done = 0;
  std::exception_ptr error;
};

}  // namespace

struct Crew::Impl {
  std::mutex mutex;
  std::condition_variable work, finished;
  std::vector<Job*> jobs;  ///< with parts that nobody has taken, oldest first
  std::vector<std::thread> helpers;
  int idle = 0;
  bool over = false;

  /// Does a part of `job`; `lock` is held before and after, not while.
  void take(Job& job, std::unique_lock<std::mutex>& lock) {
    const int i = job.next++;
    if (job.next == job.parts) jobs.erase(std::find(jobs.begin(), jobs.end(), &job));
    lock.unlock();
    std::exception_ptr error;
    try {
      job.call(job.part, i);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    if (error && !job.error) job.error = error;
    if (++job.done == job.parts) finished.notify_all();
  }

  void help(int self) {
    number = self;
    at::set_num_threads(1);
    std::unique_lock lock(mutex);
    while (true) {
      ++idle;
      work.wait(lock, [&] { return over || !jobs.empty(); });
      --idle;
      if (over) return;
      // the oldest is the coarsest: a network before rows of one
      take(*jobs.front(), lock);
    }
  }
};

Crew::Crew(int threads) : impl_(std::make_unique<Impl>()) {
  impl_->jobs.reserve(64);
  for (int i = 1; i < threads; ++i) impl_->helpers.emplace_back([this, i] { impl_->help(i); });
}

Crew::~Crew() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->over = true;
  }
  impl_->work.notify_all();
  for (std::thread& t : impl_->helpers) t.join();
}

int Crew::self() {
  return number;
}

int Crew::threads() const {
  return static_cast<int>(impl_->helpers.size()) + 1;
}

void Crew::share(int parts, const void* part, void (*call)(const void*, int)) {
  if (parts <= 0) return;
  if (parts == 1 || impl_->helpers.empty()) {
    for (int i = 0; i < parts; ++i) call(part, i);
    return;
  }
  Job job{part, call, parts, 0, 0, nullptr};
  std::unique_lock lock(impl_->mutex);
  impl_->jobs.push_back(&job);
  if (impl_->idle > 0) impl_->work.notify_all();
  while (job.next < job.parts) impl_->take(job, lock);
  impl_->finished.wait(lock, [&] { return job.done == job.parts; });
  if (job.error) std::rethrow_exception(job.error);
}

}  // namespace motus::learn
