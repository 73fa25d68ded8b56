// Only in builds with the thread sanitizer. It does not see how MuJoCo's thread pool waits, which is in a
// library that was built without it, and would call every result that is read after mjb_apply a race.
// This mjb_apply stands before the library's and says what it guarantees: what was written before the
// call is seen by all its tasks, what they wrote is seen after it. Tasks are not ordered among each other:
// races between threads of the pool are still found.
#include <dlfcn.h>
#include <mujoco/mjbatch.h>

extern "C" {
void __tsan_acquire(void* address);  // NOLINT(bugprone-reserved-identifier): the sanitizer's name
void __tsan_release(void* address);  // NOLINT(bugprone-reserved-identifier)
}

namespace {

char begun, ended;

struct Call {
  mjfBatchFunc task;
  void* arg;
};

void run(const mjModel* m, mjData* d, int sim, void* arg) {
  const auto* call = static_cast<const Call*>(arg);
  __tsan_acquire(&begun);
  call->task(m, d, sim, call->arg);
  __tsan_release(&ended);
}

}  // namespace

extern "C" int mjb_apply(mjBatch* b, const int* ids, int nid, mjfBatchFunc func, void* arg,
                         int save) {
  static const auto library = reinterpret_cast<decltype(&mjb_apply)>(dlsym(RTLD_NEXT, "mjb_apply"));
  Call call{func, arg};
  __tsan_release(&begun);
  const int failed = library(b, ids, nid, run, &call, save);
  __tsan_acquire(&ended);
  return failed;
}
