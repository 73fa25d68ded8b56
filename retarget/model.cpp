#include "retarget/model.h"

#include <algorithm>
#include <cmath>

#include "motion/error.h"

namespace motus::retarget {

Quat rotation(const Vec3& e) {
  const double t = e.norm();
  if (t < 1e-9) return Quat(1, 0.5 * e.x(), 0.5 * e.y(), 0.5 * e.z()).normalized();
  const Vec3 v = std::sin(0.5 * t) / t * e;
  return Quat(std::cos(0.5 * t), v.x(), v.y(), v.z());
}

Model::Model(SkeletonPtr skeleton) : skeleton_(std::move(skeleton)) {
  const Skeleton& s = *skeleton_;
  const Eigen::Index n = s.dof_count();
  lower_.resize(n);
  upper_.resize(n);
  columns_.resize(static_cast<size_t>(n));
  for (Eigen::Index i = 0; i < n; ++i) {
    lower_[i] = s.dofs()[static_cast<size_t>(i)].lower;
    upper_[i] = s.dofs()[static_cast<size_t>(i)].upper;
  }
  const size_t bodies = static_cast<size_t>(s.body_count());
  pos_.resize(bodies);
  axes_.resize(bodies);
  hangs_.resize(bodies);
  chains_.resize(bodies);
  for (size_t b = 0; b < bodies; ++b) {
    const int parent = s.bodies()[b].parent;
    if (parent < 0) {
      chains_[b] = {0, 1, 2, 3, 4, 5};
      continue;
    }
    chains_[b] = chains_[static_cast<size_t>(parent)];
    const auto [first, last] = s.joints_of(static_cast<int>(b));
    for (int j = first; j < last; ++j) {
      const Joint& joint = s.joints()[static_cast<size_t>(j)];
      for (int d = 0; d < joint.dof_count(); ++d) {
        chains_[b].push_back(6 + joint.dof + d);
        columns_[static_cast<size_t>(joint.dof + d)].body = static_cast<int>(b);
      }
    }
    std::sort(chains_[b].begin(), chains_[b].end());
    require(chains_[b].size() <= Block::kMost, Kind::bad_input,
            "body '{}' hangs on {} dofs, {} is the most", s.bodies()[b].name, chains_[b].size(),
            Block::kMost);
    Hang& hang = hangs_[b];
    hang.parent = static_cast<size_t>(parent);
    hang.pos = s.bodies()[b].rest_pos;
    hang.rest = s.bodies()[b].rest_rot.toRotationMatrix();
    hang.turned = !hang.rest.isIdentity(1e-15);
    hang.first = turns_.size();
    for (int j = first; j < last; ++j) {
      const Joint& joint = s.joints()[static_cast<size_t>(j)];
      Turn t{joint.type, -1, 1, joint.dof, joint.axis};
      Eigen::Index i = 0;
      if (joint.type == JointType::hinge && joint.axis.cwiseAbs().maxCoeff(&i) == 1) {
        t.coordinate = static_cast<int>(i);
        t.sign = joint.axis[i];
      }
      turns_.push_back(t);
    }
    hang.last = turns_.size();
  }
}

std::vector<int> Model::dim_parents() const {
  std::vector<int> parents(static_cast<size_t>(dims()), -1);
  for (const std::vector<int>& chain : chains_) {
    for (size_t k = 1; k < chain.size(); ++k) parents[static_cast<size_t>(chain[k])] = chain[k - 1];
  }
  return parents;
}

void Model::turn(size_t body, const Turn& t, const State& state) {
  Eigen::Matrix3d& axes = axes_[body];
  if (t.type == JointType::ball) {
    axes *= rotation(state.dofs.segment<3>(t.dof)).toRotationMatrix();
    return;
  }
  Column& c = columns_[static_cast<size_t>(t.dof)];
  c.anchor = pos_[body];
  if (t.coordinate < 0) {
    c.axis = axes * t.axis;
    axes *= Eigen::AngleAxisd(state.dofs[t.dof], t.axis).toRotationMatrix();
    return;
  }
  // about its own axis i a body's other two axes turn in their plane
  const int i = t.coordinate, j = (i + 1) % 3, k = (i + 2) % 3;
  const double angle = t.sign * state.dofs[t.dof];
  const double cosine = std::cos(angle), sine = std::sin(angle);
  const Vec3 y = axes.col(j), w = axes.col(k);
  axes.col(j) = cosine * y + sine * w;
  axes.col(k) = cosine * w - sine * y;
  c.axis = t.sign * axes.col(i);
}

void Model::update(const State& state) {
  pos_[0] = state.root_pos;
  axes_[0] = state.root_rot.toRotationMatrix();
  for (size_t b = 1; b < pos_.size(); ++b) {
    const Hang& hang = hangs_[b];
    const Eigen::Matrix3d& parent = axes_[hang.parent];
    pos_[b] = pos_[hang.parent] + parent * hang.pos;
    if (hang.turned)
      axes_[b].noalias() = parent * hang.rest;
    else
      axes_[b] = parent;
    for (size_t j = hang.first; j < hang.last; ++j) turn(b, turns_[j], state);
  }
  for (Column& c : columns_) c.lever = (c.anchor - pos_[0]).cross(c.axis);
}

void Model::point_jacobian(int body, const Vec3& world, Block& out) const {
  const std::vector<int>& dims = chain(body);
  out.dims = &dims;
  out.jacobian.resize(3, static_cast<Eigen::Index>(dims.size()));
  out.jacobian.leftCols<3>().setIdentity();
  const Vec3 arm = world - pos_[0];
  for (int i = 0; i < 3; ++i) out.jacobian.col(3 + i) = Vec3::Unit(i).cross(arm);
  for (size_t k = 6; k < dims.size(); ++k) {
    const Column& c = columns_[static_cast<size_t>(dims[k] - 6)];
    out.jacobian.col(static_cast<Eigen::Index>(k)) = c.axis.cross(world - c.anchor);
  }
}

void Model::rotation_jacobian(int body, Block& out) const {
  const std::vector<int>& dims = chain(body);
  out.dims = &dims;
  out.jacobian.resize(3, static_cast<Eigen::Index>(dims.size()));
  out.jacobian.leftCols<3>().setZero();
  out.jacobian.middleCols<3>(3).setIdentity();
  for (size_t k = 6; k < dims.size(); ++k)
    out.jacobian.col(static_cast<Eigen::Index>(k)) =
        columns_[static_cast<size_t>(dims[k] - 6)].axis;
}

void Model::segment_jacobian(int from_body, const Vec3& from, int to_body, const Vec3& to,
                             Block& out) const {
  const std::vector<int>& dims = chain(to_body);
  const std::vector<int>& shared = chain(from_body);
  out.dims = &dims;
  out.jacobian.resize(3, static_cast<Eigen::Index>(dims.size()));
  out.jacobian.leftCols<3>().setZero();
  const Vec3 v = to - from;
  for (int i = 0; i < 3; ++i) out.jacobian.col(3 + i) = Vec3::Unit(i).cross(v);
  size_t m = 6;
  for (size_t k = 6; k < dims.size(); ++k) {
    const Column& c = columns_[static_cast<size_t>(dims[k] - 6)];
    const bool both = m < shared.size() && shared[m] == dims[k];
    if (both) ++m;
    out.jacobian.col(static_cast<Eigen::Index>(k)) = c.axis.cross(both ? v : Vec3(to - c.anchor));
  }
}

void Model::advance(State& state, const Eigen::VectorXd& step) const {
  state.root_pos += step.head<3>();
  state.root_rot = (rotation(step.segment<3>(3)) * state.root_rot).normalized();
  state.dofs += step.tail(step.size() - 6);
  state.dofs = state.dofs.cwiseMax(lower_).cwiseMin(upper_);
}

}  // namespace motus::retarget
