#include "retarget/sweep.h"

#include <cmath>

#include "retarget/parallel.h"

namespace motus::retarget {

namespace {

constexpr int kWindow = 512;       // frames
constexpr double kWarmUp = 1.0;    // s that a window starts early
constexpr double kMeeting = 1e-3;  // rad and m within which two windows meet

double difference(const State& a, const State& b) {
  return std::max({(a.dofs - b.dofs).cwiseAbs().maxCoeff(), (a.root_pos - b.root_pos).norm(),
                   a.root_rot.angularDistance(b.root_rot)});
}

}  // namespace

SweepStats sweep(const RobotBody& body, std::span<const Target> targets, double fps, int iterations,
                 int jobs, Track& track) {
  const int n = static_cast<int>(targets.size());
  const int early = static_cast<int>(std::lround(kWarmUp * fps));
  const double dt = 1 / fps;
  const auto target = [&](int f) -> const Target& { return targets[static_cast<size_t>(f)]; };
  for_blocks(n, kWindow, jobs, [&] {
    return [&, solver = Solver(body)](int first, int last) mutable {
      const int begin = std::max(0, first - early);
      State state = solver.start(target(begin));
      for (int f = begin; f < last; ++f) {
        solver.solve(target(f), iterations, dt, state);
        if (f >= first) track.set(f, state);
      }
    };
  });
  SweepStats stats;
  stats.windows = (n + kWindow - 1) / kWindow;
  Solver solver(body);
  State state, there;
  for (int first = kWindow; first < n; first += kWindow) {
    track.get(first - 1, state);
    for (int f = first; f < n; ++f) {
      solver.solve(target(f), iterations, dt, state);
      track.get(f, there);
      if (difference(state, there) < kMeeting) break;
      track.set(f, state);
      ++stats.resolved;
    }
  }
  return stats;
}

}  // namespace motus::retarget
