#include "retarget/balls.h"

#include <algorithm>

#include "motion/limits.h"

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

}  // namespace motus::retarget
