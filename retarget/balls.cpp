#include "retarget/balls.h"

#include <algorithm>
#include <cmath>

#include "motion/limits.h"
#include "retarget/smooth.h"

namespace motus::retarget {

SkeletonPtr hinged(const SkeletonPtr& skeleton) {
  Skeleton::Spec spec = skeleton->spec();
  const auto ball = [](const Joint& j) { return j.type == JointType::ball; };
  if (std::none_of(spec.joints.begin(), spec.joints.end(), ball)) return skeleton;
  std::vector<Joint> joints;
  for (const Joint& j : spec.joints) {
    if (!ball(j)) {
      joints.push_back(j);
      continue;
    }
    for (int d = 0; d < 3; ++d) {
      Joint hinge = j;
      hinge.name = spec.dofs[static_cast<size_t>(j.dof + d)].name;
      hinge.type = JointType::hinge;
      hinge.axis = Vec3::Unit(d);
      joints.push_back(std::move(hinge));
    }
  }
  spec.joints = std::move(joints);
  return Skeleton::build(std::move(spec));
}

Balls::Balls(const Skeleton& skeleton) : dofs_(skeleton.dofs()) {
  for (const Joint& joint : skeleton.joints()) {
    if (joint.type == JointType::ball) balls_.push_back(joint.dof);
  }
}

void Balls::to_angles(Eigen::VectorXd& dofs) const {
  for (const int d : balls_)
    dofs.segment<3>(d) = hinge_angles(&dofs_[static_cast<size_t>(d)], exp_map(dofs.segment<3>(d)));
}

void Balls::to_angles_near(const Eigen::VectorXd& angles, Eigen::VectorXd& dofs) const {
  for (const int d : balls_)
    dofs.segment<3>(d) = hinge_angles_near(angles.segment<3>(d), exp_map(dofs.segment<3>(d)));
}

void Balls::to_maps_near(const Eigen::VectorXd& maps, Eigen::VectorXd& dofs) const {
  for (const int d : balls_)
    dofs.segment<3>(d) = log_map_near(maps.segment<3>(d), hinges_turn(dofs.segment<3>(d)));
}

void Balls::to_maps(Frames& dofs) const {
  for (const int d : balls_) {
    Vec3 before = Vec3::Zero();
    for (Eigen::Index f = 0; f < dofs.rows(); ++f) {
      before = log_map_near(before, hinges_turn(dofs.block<1, 3>(f, d).transpose()));
      dofs.block<1, 3>(f, d) = before.transpose();
    }
  }
}

void Balls::limit_turns(const Eigen::RowVectorXd& most, Frames& dofs) const {
  const Eigen::Index n = dofs.rows();
  for (const int d : balls_) {
    const auto map = [&](Eigen::Index f) { return Vec3(dofs.block<1, 3>(f, d).transpose()); };
    /// The first frame from `f` on that is too far from the one before; n if none is.
    const auto jump = [&](Eigen::Index f) {
      for (f = std::max<Eigen::Index>(f, 1); f < n; ++f) {
        const Vec3 a = map(f - 1), b = map(f);  // which are never nearer than their turns
        if ((b - a).squaredNorm() > most[d] * most[d] &&
            exp_map(a).angularDistance(exp_map(b)) > most[d])
          break;
      }
      return f;
    };
    // one hinge may have all of the ball's speed, unless another turns it about nearly the same axis
    for (const double share : {1.0, 0.75, 0.5}) {
      const double step = share * most[d];
      const auto around =
          static_cast<Eigen::Index>(std::ceil(M_PI / step));  // frames of half a turn
      for (Eigen::Index f = jump(1); f < n; f = jump(f + around)) {
        const Eigen::Index first = std::max<Eigen::Index>(0, f - around);
        Frames angles(std::min(n, f + around) - first, 3);
        for (Eigen::Index k = 0; k < angles.rows(); ++k)
          angles.row(k) =
              hinge_angles(&dofs_[static_cast<size_t>(d)], exp_map(map(first + k))).transpose();
        limit_steps(angles, Eigen::RowVectorXd::Constant(3, step));
        for (Eigen::Index k = 0; k < angles.rows(); ++k)
          dofs.block<1, 3>(first + k, d) =
              log_map_near(map(first + k), hinges_turn(angles.row(k).transpose())).transpose();
      }
    }
  }
}

}  // namespace motus::retarget
