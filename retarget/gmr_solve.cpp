#include <algorithm>

#include "retarget/box.h"
#include "retarget/gmr.h"

namespace motus::retarget {

namespace {

constexpr double kDamping = 0.5;
constexpr double kErrorDamping = 1.0;  // times the squared weighted error
constexpr double kLimitGain = 0.95;
constexpr double kProgress = 0.001;  // of the unweighted error, m and rad mixed
constexpr int kMoreSteps = 10;

class GmrSolver {
 public:
  GmrSolver(const GmrPlan& plan, const RobotBody& robot)
      : plan_(plan), model_(robot.robot.skeleton), errors_(plan.tasks.size()) {
    const Eigen::Index n = model_.dims();
    h_.resize(n, n);
    g_.resize(n);
    lower_ = Eigen::VectorXd::Constant(n, -1e9);  // the root is free
    upper_ = -lower_;
  }

  /// Both stages of one frame; returns the steps taken.
  int solve(const std::vector<Transform>& targets, State& state) {
    int steps = 0;
    for (size_t stage = 0; stage < 2; ++stage) {
      double error = find_errors(targets, state);
      step(stage, state);
      double next = find_errors(targets, state);
      ++steps;
      for (int more = 0; more < kMoreSteps && error - next > kProgress; ++more, ++steps) {
        error = next;
        step(stage, state);
        next = find_errors(targets, state);
      }
    }
    return steps;
  }

 private:
  Transform pose(const GmrTask& t) const {
    return {model_.at(t.body, t.point), model_.rot(t.body)};
  }

  /// The errors' norm; the model is at `state` afterwards.
  double find_errors(const std::vector<Transform>& targets, const State& state) {
    model_.update(state);
    double sum = 0;
    for (size_t i = 0; i < errors_.size(); ++i) {
      errors_[i] = log6(pose(plan_.tasks[i]).inverse() * targets[i]);
      sum += errors_[i].squaredNorm();
    }
    return std::sqrt(sum);
  }

  void step(size_t stage, State& state) {
    h_.setZero();
    g_.setZero();
    double damping = kDamping;
    for (size_t i = 0; i < errors_.size(); ++i) {
      const GmrTask& t = plan_.tasks[i];
      Twist weight;
      weight << Vec3::Constant(t.pos[stage]), Vec3::Constant(t.turn[stage]);
      const Twist weighted = weight.cwiseProduct(errors_[i]);
      damping += kErrorDamping * weighted.squaredNorm();
      add(t, errors_[i], weight);
    }
    h_.diagonal().array() += damping;
    lower_.tail(state.dofs.size()) = -kLimitGain * (state.dofs - model_.lower());
    upper_.tail(state.dofs.size()) = kLimitGain * (model_.upper() - state.dofs);
    model_.advance(state, box_.solve(h_, g_, lower_, upper_));
  }

  /// One task's normal equations: the error e = log6(inverse(body) target) changes by
  /// -J_r^-1(-e) times the body's own twist.
  void add(const GmrTask& t, const Twist& error, const Twist& weight) {
    const Transform at = pose(t);
    model_.point_jacobian(t.body, at.pos, linear_);
    model_.rotation_jacobian(t.body, angular_);
    const Eigen::Matrix3d to_body = at.rot.conjugate().toRotationMatrix();
    const std::vector<int>& dims = *linear_.dims;
    const Eigen::Index n = static_cast<Eigen::Index>(dims.size());
    jacobian_.resize(6, n);
    jacobian_.topRows<3>().noalias() = to_body * linear_.jacobian;
    jacobian_.bottomRows<3>().noalias() = to_body * angular_.jacobian;
    const TwistMatrix m = weight.asDiagonal() * log6_jacobian(-error);
    weighted_.noalias() = m * jacobian_;
    const Twist e = weight.cwiseProduct(error);
    for (Eigen::Index j = 0; j < n; ++j) {
      const int dj = dims[static_cast<size_t>(j)];
      g_[dj] += weighted_.col(j).dot(e);
      for (Eigen::Index i = j; i < n; ++i)
        h_(dims[static_cast<size_t>(i)], dj) += weighted_.col(i).dot(weighted_.col(j));
    }
  }

  const GmrPlan& plan_;
  Model model_;
  BoxSolver box_;
  std::vector<Twist> errors_;
  Eigen::MatrixXd h_;
  Eigen::VectorXd g_, lower_, upper_;
  Block linear_, angular_;
  Eigen::Matrix<double, 6, Eigen::Dynamic> jacobian_, weighted_;
};

}  // namespace

GmrStats gmr_solve(const GmrPlan& plan, const RobotBody& robot, Track& out) {
  GmrSolver solver(plan, robot);
  State state;  // as the model stands: all joints at zero
  state.root_pos.z() = robot.robot.root_height;
  state.dofs = Eigen::VectorXd::Zero(robot.robot.skeleton->dof_count());
  int64_t steps = 0;
  for (int f = 0; f < out.frames(); ++f) {
    steps += solver.solve(plan.targets[static_cast<size_t>(f)], state);
    out.set(f, state);
  }
  return {static_cast<double>(steps) / std::max(1, out.frames())};
}

}  // namespace motus::retarget
