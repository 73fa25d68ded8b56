#include "sim/clip_physics.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "motion/error.h"
#include "motion/kinematics.h"
#include "sim/model.h"

namespace motus::sim {

namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Pair = std::pair<int, int>;

/// MuJoCo's coordinates of a pose: free root, then hinges and balls in the skeleton's order.
void set_pose(const Skeleton& s, const Vec3& pos, const Quat& rot, const double* dofs, double* q) {
  const auto put = [&](const Quat& r) {
    for (const double x : {r.w(), r.x(), r.y(), r.z()}) *q++ = x;
  };
  for (int i = 0; i < 3; ++i) *q++ = pos[i];
  put(rot);
  for (const Joint& j : s.joints()) {
    if (j.type == JointType::hinge) {
      *q++ = dofs[j.dof];
    } else {
      put(exp_map(Vec3(dofs[j.dof], dofs[j.dof + 1], dofs[j.dof + 2])));
    }
  }
}

class Mechanics {
 public:
  Mechanics(const Clip& clip, const Robot& robot)
      : clip_(clip),
        robot_(robot),
        sim_(build_model(robot.model, *robot.skeleton, {.self_collision = true})),
        m_(sim_.model.get()),
        data_(mj_makeData(m_)),
        d_(data_.get()) {
    for (int f = 0; f < clip.frames(); ++f) {
      std::vector<double> q(static_cast<size_t>(m_->nq));
      set_pose(*robot.skeleton, clip.root_pos_at(f), clip.root_rot_at(f), &clip.dof_pos(f, 0),
               q.data());
      poses_.push_back(std::move(q));
    }
  }

  CheckPhysics run() {
    CheckPhysics out;
    out.torque_limit = sim_.torque_limit;
    const std::set<Pair> own = pairs_of_the_model();
    for (int f = 0; f < clip_.frames(); ++f) {
      set(poses_[static_cast<size_t>(f)]);
      for (const auto& [pair, depth] : overlaps()) {
        if (!own.contains(pair)) out.contacts.push_back({f, pair.first, pair.second, depth});
      }
    }
    out.torque = torques();
    return out;
  }

 private:
  void set(const std::vector<double>& q) {
    std::copy(q.begin(), q.end(), d_->qpos);
    mj_fwdPosition(m_, d_);
  }

  /// Depth (m) of each pair of bodies that overlap now.
  std::map<Pair, double> overlaps() const {
    std::map<Pair, double> out;
    for (int i = 0; i < d_->ncon; ++i) {
      const mjContact& c = d_->contact[i];
      const int a = m_->geom_bodyid[c.geom[0]] - 1, b = m_->geom_bodyid[c.geom[1]] - 1;
      if (a < 0 || b < 0 || c.dist >= 0) continue;
      double& depth = out[std::minmax(a, b)];
      depth = std::max(depth, -c.dist);
    }
    return out;
  }

  std::set<Pair> pairs_of_the_model() {
    std::set<Pair> out;
    const std::vector<double> zero(robot_.default_dofs.size(), 0.0);
    for (const std::vector<double>* dofs : {&zero, &robot_.default_dofs}) {
      std::vector<double> q(static_cast<size_t>(m_->nq));
      set_pose(*robot_.skeleton, Vec3(0, 0, 10), Quat::Identity(), dofs->data(), q.data());
      set(q);
      for (const auto& [pair, depth] : overlaps()) out.insert(pair);
    }
    return out;
  }

  Eigen::VectorXd rate(int from, int to) const {
    Eigen::VectorXd v(m_->nv);
    mj_differentiatePos(m_, v.data(), (to - from) / clip_.fps,
                        poses_[static_cast<size_t>(from)].data(),
                        poses_[static_cast<size_t>(to)].data());
    return v;
  }

  Frames torques() {
    const int n = clip_.frames(), dofs = clip_.skeleton->dof_count();
    const int h = std::max(1, static_cast<int>(std::lround(clip_.fps / 30)));
    Frames out = Frames::Zero(n, dofs);
    if (n < 2 * h + 1) return out;
    for (int f = h; f + h < n; ++f) {
      const Eigen::VectorXd before = rate(f - h, f), after = rate(f, f + h);
      const Eigen::VectorXd acceleration = (after - before) * (clip_.fps / h);
      set(poses_[static_cast<size_t>(f)]);
      Eigen::Map<Eigen::VectorXd>(d_->qvel, m_->nv) = 0.5 * (before + after);
      Eigen::Map<Eigen::VectorXd>(d_->qacc, m_->nv) = acceleration;
      mj_fwdVelocity(m_, d_);
      Eigen::VectorXd force(m_->nv);
      mj_rne(m_, d_, 1, force.data());
      force +=
          Eigen::Map<const Eigen::VectorXd>(m_->dof_armature, m_->nv).cwiseProduct(acceleration);
      take_off_floor(f, force);
      out.row(f) = force.tail(dofs).transpose();
    }
    for (int f = 0; f < h; ++f) out.row(f) = out.row(h), out.row(n - 1 - f) = out.row(n - 1 - h);
    return out;
  }

  /// Forces of the floor that give the root what it needs, taken off the joints.
  void take_off_floor(int f, Eigen::VectorXd& force) {
    constexpr double kNear = 0.015;  // m
    const BodyPoses poses = forward(clip_, f);
    std::vector<RowMajor> jacobians;
    for (const CollisionPoint& p : robot_.collision_points) {
      const size_t b = static_cast<size_t>(p.body);
      const Vec3 at = poses.pos[b] + poses.rot[b] * p.pos;
      if (at.z() - p.radius > kNear) continue;
      RowMajor j(3, m_->nv);
      const Vec3 touch = at - Vec3(0, 0, p.radius);
      mj_jac(m_, d_, j.data(), nullptr, touch.data(), p.body + 1);
      jacobians.push_back(std::move(j));
    }
    if (jacobians.empty()) return;
    const Eigen::VectorXd needed = force;
    Eigen::VectorXd weights = Eigen::VectorXd::Zero(m_->nv);
    weights.head<6>().setOnes();
    std::vector<Vec3> push(jacobians.size(), Vec3::Zero());
    const auto share_out = [&](int steps) {
      floor_forces(jacobians, needed, weights, steps, push);
      force = needed;
      for (size_t i = 0; i < push.size(); ++i) force -= jacobians[i].transpose() * push[i];
    };
    share_out(150);
    // hands and feet on the floor together can push against each other: as it suits the motors
    const Eigen::VectorXd strength = motors();
    if ((force.tail(strength.size()).array().abs() <= strength.array()).all()) return;
    constexpr double kSpare = 5;  // N of the root's that a motor at its limit outweighs
    weights.tail(strength.size()) = kSpare * strength.cwiseInverse();
    share_out(600);
  }

  /// (D) N m; infinite where unknown.
  Eigen::VectorXd motors() const {
    return Eigen::Map<const Eigen::VectorXd>(sim_.torque_limit.data(),
                                             static_cast<Eigen::Index>(sim_.torque_limit.size()));
  }

  /// Forces at the touching points that leave the least of what is needed, row by row times `weights`:
  /// feet push, do not pull, and slip beyond friction 1. Least squares by accelerated projected
  /// gradients (Beck and Teboulle 2009) from what `push` holds.
  static void floor_forces(const std::vector<RowMajor>& jacobians, const Eigen::VectorXd& needed,
                           const Eigen::VectorXd& weights, int steps, std::vector<Vec3>& push) {
    const Eigen::Index n = 3 * static_cast<Eigen::Index>(jacobians.size());
    RowMajor a(n, needed.size());
    for (size_t i = 0; i < jacobians.size(); ++i)
      a.middleRows<3>(3 * static_cast<Eigen::Index>(i)) = jacobians[i] * weights.asDiagonal();
    const Eigen::MatrixXd square = a * a.transpose();
    const Eigen::VectorXd pull = a * weights.cwiseProduct(needed);
    const double steepest =
        1e-9 + Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(square, Eigen::EigenvaluesOnly)
                   .eigenvalues()
                   .maxCoeff();
    Eigen::VectorXd f = Eigen::Map<const Eigen::VectorXd>(push[0].data(), n), ahead = f, now(n);
    double momentum = 1;
    for (int step = 0; step < steps; ++step) {
      now = ahead + (pull - square * ahead) / steepest;
      for (Eigen::Index i = 0; i < n; i += 3) {
        now[i + 2] = std::max(now[i + 2], 0.0);
        if (const double side = now.segment<2>(i).norm(); side > now[i + 2])
          now.segment<2>(i) *= now[i + 2] / std::max(side, 1e-12);
      }
      const double next = 0.5 * (1 + std::sqrt(1 + 4 * momentum * momentum));
      ahead = now + (momentum - 1) / next * (now - f);
      std::swap(f, now);
      momentum = next;
    }
    Eigen::Map<Eigen::VectorXd>(push[0].data(), n) = f;
  }

  const Clip& clip_;
  const Robot& robot_;
  SimModel sim_;
  mjModel* m_;
  DataPtr data_;
  mjData* d_;
  std::vector<std::vector<double>> poses_;
};

}  // namespace

CheckPhysics clip_physics(const Clip& clip, const Robot& robot) {
  require(clip.skeleton->same_structure(*robot.skeleton) && clip.dof_pos.size() > 0,
          Kind::bad_input, "clip '{}' does not move the robot '{}'", clip.name, robot.name);
  return Mechanics(clip, robot).run();
}

}  // namespace motus::sim
