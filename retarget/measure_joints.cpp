#include <algorithm>
#include <cmath>
#include <limits>

#include "motion/kinematics.h"
#include "motion/limits.h"
#include "retarget/measure_parts.h"
#include "retarget/model.h"

namespace motus::retarget {

namespace {

constexpr double kOutside = 1e-4;      // rad
constexpr double kAtLimit = 0.01;      // rad
constexpr double kThreePi = 3 * M_PI;  // rad/s
constexpr double kJump = 15;           // rad/s
constexpr double kBeyond = 1 + 1e-6;   // times a limit: a step clamped to it is not beyond

/// The turn of a quaternion as a vector: log_map() by its series where that is exact.
Vec3 turn_vector(const Quat& q) {
  const double s = q.vec().squaredNorm();
  if (s > 0.01 || q.w() < 0) return log_map(q);
  const double c = 1 + s * (1.0 / 6 + s * (3.0 / 40 + s * (5.0 / 112 + s * (35.0 / 1152))));
  return 2 * c * q.vec();
}

/// Looks at the joints of frames one after the other.
class Joints {
 public:
  Joints(const Clip& clip, const RobotBody& body)
      : clip_(clip),
        skeleton_(*clip.skeleton),
        dofs_(skeleton_.dof_count()),
        balls_(skeleton_.joints().size()),
        saturated_(static_cast<size_t>(dofs_), 0),
        limits_(Eigen::VectorXd::Constant(dofs_, kThreePi)),
        motors_(Eigen::VectorXd::Constant(dofs_, std::numeric_limits<double>::infinity())) {
    for (size_t d = 0; d < body.robot.speed_limits.size(); ++d) {
      if (!(body.robot.speed_limits[d] > 0)) continue;
      const Eigen::Index i = static_cast<Eigen::Index>(d);
      limits_[i] = motors_[i] = body.robot.speed_limits[d];
    }
    for (Eigen::VectorXd* v : {&speed_, &speed_before_, &acceleration_, &acceleration_before_})
      v->setZero(dofs_);
  }

  void see(int f, Measured& out) {
    for (size_t k = 0; k < balls_.size(); ++k) see_joint(f, k);
    if (f == 0) return;
    Metrics& m = out.metrics;
    Eigen::Index fastest = 0;
    const double top = speed_.cwiseAbs().maxCoeff(&fastest);
    if (top > m.speed_max) {
      m.speed_max = top;
      m.speed_dof = skeleton_.dofs()[static_cast<size_t>(fastest)].name;
    }
    out.timeline.speed[static_cast<size_t>(f - 1)] =
        speed_.cwiseAbs().cwiseQuotient(limits_).maxCoeff();
    too_fast_ += (speed_.cwiseAbs().array() > kBeyond * motors_.array()).any() ? 1 : 0;
    over_3pi_ += top > kBeyond * kThreePi ? 1 : 0;
    jumps_ += top > kBeyond * kJump ? 1 : 0;
    if (f > 1) {
      acceleration_ = (speed_ - speed_before_) * clip_.fps;
      all_acceleration_ += acceleration_.cwiseAbs().sum();
    }
    if (f > 2) all_jerk_ += (acceleration_ - acceleration_before_).cwiseAbs().sum() * clip_.fps;
    speed_before_.swap(speed_);
    acceleration_before_.swap(acceleration_);
  }

  void write(Metrics& m) const {
    const double frames = clip_.frames(), dofs = dofs_;
    int all = 0;
    for (size_t d = 0; d < saturated_.size(); ++d) {
      all += saturated_[d];
      const double share = saturated_[d] / frames;
      if (share <= m.saturated_worst) continue;
      m.saturated_worst = share;
      m.saturated_dof = skeleton_.dofs()[d].name;
    }
    m.limit_outside = outside_ / (frames * dofs);
    m.limit_saturated = all / (frames * dofs);
    if (frames < 2) return;
    m.speed_share = too_fast_ / (frames - 1);
    m.speed_3pi_share = over_3pi_ / (frames - 1);
    m.jump_share = jumps_ / (frames - 1);
    if (frames > 2) m.acceleration = all_acceleration_ / ((frames - 2) * dofs);
    if (frames > 3) m.jerk = all_jerk_ / ((frames - 3) * dofs);
  }

 private:
  void see_joint(int f, size_t k) {
    const Joint& joint = skeleton_.joints()[k];
    const int d = joint.dof;
    if (joint.type == JointType::hinge) {
      const double q = clip_.dof_pos(f, d);
      see_angle(d, q);
      if (f > 0) speed_[d] = clip_.fps * std::remainder(q - clip_.dof_pos(f - 1, d), 2 * M_PI);
      return;
    }
    const Dof* dofs = &skeleton_.dofs()[static_cast<size_t>(d)];
    const Vec3 e = clip_.dof_pos.block<1, 3>(f, d).transpose();
    const Quat now = rotation(e);
    if (!surely_within(dofs, e.norm() + kAtLimit)) {
      const Vec3 angles = hinge_angles(dofs, now);
      for (int i = 0; i < 3; ++i) see_angle(d + i, angles[i]);
    }
    // MuJoCo's convention for balls: in the child's frame
    if (f > 0)
      speed_.segment<3>(d) = clip_.fps * turn_vector(positive(balls_[k].conjugate() * now));
    balls_[k] = now;
  }

  void see_angle(int d, double q) {
    const Dof& dof = skeleton_.dofs()[static_cast<size_t>(d)];
    outside_ += q < dof.lower - kOutside || q > dof.upper + kOutside ? 1 : 0;
    saturated_[static_cast<size_t>(d)] +=
        q < dof.lower + kAtLimit || q > dof.upper - kAtLimit ? 1 : 0;
  }

  const Clip& clip_;
  const Skeleton& skeleton_;
  int dofs_;
  std::vector<Quat> balls_;  ///< of the frame before
  std::vector<int> saturated_;
  Eigen::VectorXd limits_, motors_, speed_, speed_before_, acceleration_, acceleration_before_;
  int outside_ = 0, too_fast_ = 0, over_3pi_ = 0, jumps_ = 0;
  double all_acceleration_ = 0, all_jerk_ = 0;
};

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
  std::vector<Quat> before, now;
  joint_rotations(source, 0, before);
  int jumps = 0;
  for (int f = 1; f < source.frames(); ++f) {
    joint_rotations(source, f, now);
    double least = 1;                        // cosine of half the largest turn
    for (size_t b = 1; b < now.size(); ++b)  // the root turns as the body does
      least = std::min(least, std::abs(before[b].dot(now[b])));
    const double top = 2 * std::acos(least) * source.fps;
    m.source_speed_max = std::max(m.source_speed_max, top);
    jumps += top > kBeyond * kJump ? 1 : 0;
    before.swap(now);
  }
  m.source_jump_share = jumps / static_cast<double>(source.frames() - 1);
}

void measure_joints(const Clip& clip, const RobotBody& body, Measured& out) {
  out.timeline.speed.assign(static_cast<size_t>(clip.frames()), 0);
  if (clip.skeleton->dof_count() == 0) return;
  Joints joints(clip, body);
  for (int f = 0; f < clip.frames(); ++f) joints.see(f, out);
  joints.write(out.metrics);
  if (clip.frames() > 3) out.metrics.root_jerk = root_jerk(clip);
}

}  // namespace motus::retarget
