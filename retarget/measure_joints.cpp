#include <algorithm>
#include <cmath>

#include "motion/kinematics.h"
#include "motion/limits.h"
#include "motion/metrics.h"
#include "retarget/measure_parts.h"

namespace motus::retarget {

namespace {

constexpr double kOutside = 1e-4;      // rad
constexpr double kAtLimit = 0.01;      // rad
constexpr double kThreePi = 3 * M_PI;  // rad/s
constexpr double kJump = 15;           // rad/s
constexpr double kBeyond = 1 + 1e-6;   // times a limit: a step clamped to it is not beyond

void measure_limits(const Clip& clip, Metrics& m) {
  const Skeleton& s = *clip.skeleton;
  const int frames = clip.frames();
  std::vector<int> saturated(s.dofs().size(), 0);
  int beyond = 0, all_saturated = 0;
  const auto see = [&](int d, double q) {
    const Dof& dof = s.dofs()[static_cast<size_t>(d)];
    beyond += q < dof.lower - kOutside || q > dof.upper + kOutside ? 1 : 0;
    saturated[static_cast<size_t>(d)] +=
        q < dof.lower + kAtLimit || q > dof.upper - kAtLimit ? 1 : 0;
  };
  for (const Joint& joint : s.joints()) {
    const int d = joint.dof;
    for (int f = 0; f < frames; ++f) {
      if (joint.type == JointType::hinge) {
        see(d, clip.dof_pos(f, d));
        continue;
      }
      const Quat turn = exp_map(clip.dof_pos.block<1, 3>(f, d).transpose());
      const Vec3 angles = hinge_angles(&s.dofs()[static_cast<size_t>(d)], turn);
      for (int i = 0; i < 3; ++i) see(d + i, angles[i]);
    }
  }
  for (size_t d = 0; d < saturated.size(); ++d) {
    all_saturated += saturated[d];
    const double share = static_cast<double>(saturated[d]) / std::max(1, frames);
    if (share > m.saturated_worst) m.saturated_worst = share, m.saturated_dof = s.dofs()[d].name;
  }
  const double all = std::max<double>(1, static_cast<double>(clip.dof_pos.size()));
  m.limit_outside = beyond / all;
  m.limit_saturated = all_saturated / all;
}

double root_jerk(const Clip& clip) {
  Mean root;
  for (int f = 0; f + 3 < clip.frames(); ++f) {
    const Vec3 third = clip.root_pos_at(f + 3) - 3 * clip.root_pos_at(f + 2) +
                       3 * clip.root_pos_at(f + 1) - clip.root_pos_at(f);
    root.add(third.norm() * clip.fps * clip.fps * clip.fps);
  }
  return root.value();
}

}  // namespace

void measure_source(const Clip& source, double size, Measured& out) {
  Metrics& m = out.metrics;
  m.source_root_jerk = size * root_jerk(source);
  if (source.frames() < 2) return;
  const Frames steps = rotation_steps(source);
  const Eigen::Index joints = steps.cols() - 1;  // the root turns as the body does
  if (joints < 1) return;
  const Eigen::VectorXd top = steps.rightCols(joints).rowwise().maxCoeff() * source.fps;
  m.source_speed_max = top.maxCoeff();
  m.source_jump_share = static_cast<double>((top.array() > kBeyond * kJump).count()) /
                        static_cast<double>(top.size());
}

void measure_joints(const Clip& clip, const RobotBody& body, Measured& out) {
  Metrics& m = out.metrics;
  measure_limits(clip, m);
  const int frames = clip.frames(), dofs = clip.skeleton->dof_count();
  out.timeline.speed.assign(static_cast<size_t>(frames), 0);
  if (frames < 2 || dofs == 0) return;
  const Frames v = dof_velocities(clip).topRows(frames - 1);
  const Eigen::ArrayXXd fast = v.array().abs();
  int too_fast = 0, over_3pi = 0, jumps = 0;
  for (int f = 0; f + 1 < frames; ++f) {
    double ratio = 0;
    for (int d = 0; d < dofs; ++d) {
      const double limit =
          body.robot.speed_limits.empty() ? 0 : body.robot.speed_limits[static_cast<size_t>(d)];
      ratio = std::max(ratio, fast(f, d) / (limit > 0 ? limit : kThreePi));
    }
    const double top = fast.row(f).maxCoeff();
    out.timeline.speed[static_cast<size_t>(f)] = ratio;
    too_fast += ratio > kBeyond ? 1 : 0;
    over_3pi += top > kBeyond * kThreePi ? 1 : 0;
    jumps += top > kBeyond * kJump ? 1 : 0;
  }
  Eigen::Index frame = 0, dof = 0;
  m.speed_max = fast.maxCoeff(&frame, &dof);
  m.speed_dof = clip.skeleton->dofs()[static_cast<size_t>(dof)].name;
  const double steps = frames - 1;
  m.speed_share = too_fast / steps;
  m.speed_3pi_share = over_3pi / steps;
  m.jump_share = jumps / steps;
  const Eigen::Index n = v.rows();
  if (n < 2) return;
  const Frames a = (v.bottomRows(n - 1) - v.topRows(n - 1)) * clip.fps;
  m.acceleration = a.array().abs().mean();
  if (n < 3) return;
  m.jerk = ((a.bottomRows(n - 2) - a.topRows(n - 2)) * clip.fps).array().abs().mean();
  m.root_jerk = root_jerk(clip);
}

}  // namespace motus::retarget
