#pragma once
// Threads that help each other. Work is cut into parts in a way that does not depend on the number of
// threads; whoever has a part to spare shares it, whoever has nothing to do takes one. Used for coarse
// parts (a network's whole update) and, inside one of those, for fine ones (rows of a minibatch): the
// network that takes longest gets the helpers when the others are done.
#include <memory>

namespace motus::learn {

class Crew {
 public:
  /// `threads` counts the one that calls run() first; 1 = no helpers.
  explicit Crew(int threads);
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  int threads() const;
  /// Number of this thread in its crew: helpers 1 .. threads-1, any other thread 0.
  static int self();
  /// Calls part(i) once for each i in 0 .. parts-1, on this thread and on idle ones; returns when all are
  /// done. May be called from inside a part. Rethrows the first exception of a part.
  template <typename F>
  void run(int parts, const F& part) {
    share(parts, &part, [](const void* f, int i) { (*static_cast<const F*>(f))(i); });
  }

 private:
  void share(int parts, const void* part, void (*call)(const void*, int));
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace motus::learn
