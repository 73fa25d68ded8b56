#include "motion/limits.h"

#include <algorithm>
#include <cmath>

namespace motus {

namespace {

constexpr int kXyz[3] = {0, 1, 2};
constexpr double kLock = 1e-7;  // cosine of the middle angle

Vec3 other_triple(const Vec3& a) {
  Vec3 b(a[0] + M_PI, M_PI - a[1], a[2] + M_PI);
  for (double& x : b) x = std::remainder(x, 2 * M_PI);
  return b;
}

}  // namespace

bool surely_within(const Dof* dofs, double angle) {
  if (angle > 0.5 * M_PI) return false;
  for (int i = 0; i < 3; ++i) {
    if (dofs[i].upper < angle || dofs[i].lower > -angle) return false;
  }
  return true;
}

Vec3 log_map_near(const Vec3& e, const Quat& q) {
  const Vec3 v = log_map(q);
  const double angle = v.norm();
  if (angle < 1e-6) return v;
  const Vec3 other = (1 - 2 * M_PI / angle) * v;
  return (other - e).squaredNorm() < (v - e).squaredNorm() ? other : v;
}

Vec3 outside(const Dof* dofs, const Vec3& angles) {
  Vec3 out;
  for (int i = 0; i < 3; ++i)
    out[i] = std::max({0.0, dofs[i].lower - angles[i], angles[i] - dofs[i].upper});
  return out;
}

Vec3 hinge_angles(const Dof* dofs, const Quat& turn) {
  Vec3 a = to_euler(turn, kXyz);
  if (std::cos(a[1]) < kLock) {
    // the first and the last axis are one: what the first has too much is the other's
    const double inside = std::clamp(a[0], dofs[0].lower, dofs[0].upper);
    a[2] += std::copysign(1.0, a[1]) * (a[0] - inside);
    a[0] = inside;
  }
  const double excess = outside(dofs, a).squaredNorm();
  if (excess == 0) return a;
  const Vec3 b = other_triple(a);
  return outside(dofs, b).squaredNorm() < excess ? b : a;
}

Vec3 hinge_angles_near(const Vec3& near, const Quat& turn) {
  Vec3 a = to_euler(turn, kXyz), b = other_triple(a);
  for (int i = 0; i < 3; ++i) {
    a[i] = near[i] + std::remainder(a[i] - near[i], 2 * M_PI);
    b[i] = near[i] + std::remainder(b[i] - near[i], 2 * M_PI);
  }
  return (b - near).squaredNorm() < (a - near).squaredNorm() ? b : a;
}

Quat hinges_turn(const Vec3& angles) {
  return from_euler(angles, kXyz);
}

bool clamp_ball(const Dof* dofs, Vec3& e) {
  return !surely_within(dofs, e.norm()) && clamp_ball(dofs, exp_map(e), e);
}

bool clamp_ball(const Dof* dofs, const Quat& turn, Vec3& e) {
  if (surely_within(dofs, e.norm())) return false;
  const Vec3 angles = hinge_angles(dofs, turn);
  const Vec3 excess = outside(dofs, angles);
  if (excess.isZero(0)) return false;
  Vec3 inside;
  for (int i = 0; i < 3; ++i) inside[i] = std::clamp(angles[i], dofs[i].lower, dofs[i].upper);
  e = log_map_near(e, hinges_turn(inside));
  return true;
}

void keep_limits(const Skeleton& skeleton, Frames& dof_pos) {
  for (const Joint& joint : skeleton.joints()) {
    const Dof* dofs = &skeleton.dofs()[static_cast<size_t>(joint.dof)];
    if (joint.type == JointType::hinge) {
      dof_pos.col(joint.dof) = dof_pos.col(joint.dof).cwiseMax(dofs->lower).cwiseMin(dofs->upper);
      continue;
    }
    for (Eigen::Index f = 0; f < dof_pos.rows(); ++f) {
      Vec3 e = dof_pos.block<1, 3>(f, joint.dof).transpose();
      if (clamp_ball(dofs, e)) dof_pos.block<1, 3>(f, joint.dof) = e.transpose();
    }
  }
}

}  // namespace motus
