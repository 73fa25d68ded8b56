#include "retarget/trajectory.h"

#include "motion/limits.h"
#include "retarget/parallel.h"
#include "retarget/smooth.h"

namespace motus::retarget {

namespace {

constexpr int kBlock = 64;  // frames a thread takes at a time

// square roots of weights, per m and per rad
constexpr double kPullPos = 25, kPullTurn = 4, kPullDofs = 1.2;
constexpr int kHoldRounds = 10;
constexpr double kHoldPos = 60, kHoldTurn = 12, kHoldDofs = 3;  // once smooth

void smooth(const JerkFilter& filter, const Eigen::RowVectorXd& step, const Skeleton& skeleton,
            Track& z, double& limited) {
  filter.apply(z.root_pos);
  filter.apply(z.root_rot);
  z.root_rot.rowwise().normalize();
  filter.apply(z.dofs);
  keep_limits(skeleton, z.dofs);
  limited = std::max(limited, limit_steps(z.dofs, step));
}

/// Every frame's own solution (of those whose `which` is set), pulled to `to`.
void solve_frames(const RobotBody& body, std::span<const Target> targets, Terms terms,
                  const Track& to, Pull pull, int iterations, int jobs,
                  const std::vector<char>& which, Track& x) {
  for_blocks(x.frames(), kBlock, jobs, [&] {
    return [&, pull, solver = Solver(body), state = State{}](int first, int last) mutable {
      for (int f = first; f < last; ++f) {
        if (!which[static_cast<size_t>(f)]) continue;
        x.get(f, state);
        to.get(f, pull.to);
        solver.refine(targets[static_cast<size_t>(f)], pull, terms, iterations, state);
        x.set(f, state);
      }
    };
  });
  make_continuous(x.root_rot);
}

}  // namespace

TrajectoryStats smooth_trajectory(const RobotBody& body, std::span<const Target> targets,
                                  double fps, int jobs, const TrajectoryOptions& options,
                                  Track& track) {
  TrajectoryStats stats;
  const int frames = track.frames();
  if (frames < 4) return stats;
  const JerkFilter filter(frames, fps, options.cutoff);
  const Eigen::RowVectorXd step = top_speeds(body.robot).transpose() / fps;
  make_continuous(track.root_rot);
  Track& x = track;
  Track u(frames, static_cast<int>(x.dofs.cols()));  // multipliers, scaled by the pull
  u.root_pos.setZero();
  u.root_rot.setZero();
  u.dofs.setZero();
  Track z = u;
  const auto add = [](Track& a, const Track& b, double sign) {
    a.root_pos += sign * b.root_pos;
    a.root_rot += sign * b.root_rot;
    a.dofs += sign * b.dofs;
  };
  std::vector<char> which(static_cast<size_t>(frames), 1);
  for (int round = 0; round <= options.rounds; ++round) {
    z = x;
    add(z, u, 1);
    smooth(filter, step, *body.hinged, z, stats.limited);
    if (round == options.rounds) break;
    add(u, x, 1);
    add(u, z, -1);
    add(z, u, -1);
    z.root_rot.rowwise().normalize();
    solve_frames(body, targets, Terms::all, z, {{}, kPullPos, kPullTurn, kPullDofs}, 1, jobs, which,
                 x);
  }
  // where planting asks for more than a motor can do, the frames around it begin earlier
  x = z;
  for (int round = 0;; ++round) {
    solve_frames(body, targets, Terms::hard, z, {{}, kHoldPos, kHoldTurn, kHoldDofs}, 1, jobs,
                 which, x);
    if (round == kHoldRounds) break;
    z = x;
    if (limit_steps(z.dofs, step) <= 0) break;
    for (int f = 0; f < frames; ++f) which[static_cast<size_t>(f)] = z.dofs.row(f) != x.dofs.row(f);
    x = z;
    ++stats.repeats;
  }
  return stats;
}

}  // namespace motus::retarget
