#include "retarget/wrist.h"

#include <algorithm>
#include <cmath>

#include "retarget/tree.h"

namespace motus::retarget {

namespace {

constexpr double kSquare = 0.1;  // cosine of axes that stand on each other
constexpr double kStay = 0.3;    // rad of misfit that a radian less of movement is worth

}  // namespace

std::optional<Wrist> wrist(const RobotBody& body, const Arm& arm) {
  const Skeleton& s = *body.robot.skeleton;
  if (arm.hand == arm.lower) return {};
  std::vector<const Joint*> joints;
  for (const int b : path(s, arm.lower, arm.hand)) {
    const auto [first, last] = s.joints_of(b);
    for (int j = first; j < last; ++j) joints.push_back(&s.joints()[static_cast<size_t>(j)]);
  }
  if (joints.size() != 3) return {};
  Wrist out;
  std::array<Vec3, 3> axes;
  for (size_t k = 0; k < 3; ++k) {
    const Joint& j = *joints[k];
    if (j.type != JointType::hinge) return {};
    const Eigen::Index d = static_cast<Eigen::Index>(k);
    const Dof& dof = s.dofs()[static_cast<size_t>(j.dof)];
    axes[k] = body.zero.rot[static_cast<size_t>(j.body)] * j.axis;
    out.dofs[k] = j.dof;
    out.lower[d] = dof.lower;
    out.upper[d] = dof.upper;
  }
  const Vec3 third = axes[0].cross(axes[1]);
  if (std::abs(axes[0].dot(axes[1])) > kSquare || std::abs(axes[2].dot(third)) < 1 - kSquare)
    return {};
  out.axes << axes[0], third.cross(axes[0]).normalized(), third.normalized();
  out.sign = axes[2].dot(third) > 0 ? 1 : -1;
  return out;
}

Vec3 wrist_angles(const Wrist& w, const Quat& turn, const Vec3& now) {
  // turn = Rx Ry Rz in the wrist's axes, the middle angle within a quarter turn
  const Eigen::Matrix3d m = w.axes.transpose() * turn.toRotationMatrix() * w.axes;
  const Vec3 wanted(std::atan2(-m(1, 2), m(2, 2)), std::asin(std::clamp(m(0, 2), -1.0, 1.0)),
                    w.sign * std::atan2(-m(0, 1), m(0, 0)));
  Vec3 out;
  for (Eigen::Index k = 0; k < 3; ++k) {
    double best = 1e300;
    for (const double whole : {0.0, -2 * M_PI, 2 * M_PI}) {
      const double angle = wanted[k] + whole, within = std::clamp(angle, w.lower[k], w.upper[k]);
      const double cost = std::abs(within - angle) + kStay * std::abs(within - now[k]);
      if (cost < best) best = cost, out[k] = within;
    }
  }
  return out;
}

}  // namespace motus::retarget
