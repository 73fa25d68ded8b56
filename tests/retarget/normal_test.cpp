// Normal equations from rigid-body inertias against those from Jacobians, task by task.
#include "retarget/normal.h"

#include <random>

#include "tests/catch.h"
#include "tests/motion/arm.h"
#include "tests/retarget/walker.h"

using namespace motus;
using namespace motus::retarget;

namespace {

struct Dense {
  Eigen::MatrixXd h;
  Eigen::VectorXd g;

  explicit Dense(int n) : h(Eigen::MatrixXd::Zero(n, n)), g(Eigen::VectorXd::Zero(n)) {}

  void add(const Block& block, const Vec3& error, double weight) {
    Eigen::MatrixXd j = Eigen::MatrixXd::Zero(3, h.rows());
    for (size_t k = 0; k < block.dims->size(); ++k)
      j.col((*block.dims)[k]) = block.jacobian.col(static_cast<Eigen::Index>(k));
    h += weight * j.transpose() * j;
    g += weight * j.transpose() * error;
  }
};

void check(const SkeletonPtr& skeleton, int upper, int lower) {
  std::mt19937 rng(5);
  std::uniform_real_distribution<double> u(-1, 1);
  const auto vector = [&] { return Vec3(u(rng), u(rng), u(rng)); };
  Model m(skeleton);
  State s;
  s.root_pos = Vec3(1, -2, 0.9);
  s.root_rot = exp_map(vector());
  s.dofs.resize(m.dims() - 6);
  for (Eigen::Index i = 0; i < s.dofs.size(); ++i) s.dofs[i] = u(rng);
  m.update(s);
  TreeSystem tree(m.dim_parents());
  Eigen::VectorXd g(m.dims());
  NormalEquations normal(m);
  for (int task = 0; task < 5; ++task) {
    INFO("task " << task);
    Dense dense(m.dims());
    Block block;
    normal.begin(m);
    const Vec3 error = vector(), from = m.at(upper, vector()), to = m.at(lower, vector());
    if (task == 0 || task == 4) {
      m.point_jacobian(lower, to, block);
      dense.add(block, error, 3);
      normal.point(lower, to, error, 3);
    }
    if (task == 1 || task == 4) {
      m.rotation_jacobian(lower, block);
      dense.add(block, error, 0.7);
      normal.rotation(lower, error, 0.7);
    }
    if (task == 2 || task == 4) {
      const Vec3 now = vector().normalized();
      m.rotation_jacobian(upper, block);
      for (Eigen::Index k = 3; k < block.jacobian.cols(); ++k)
        block.jacobian.col(k) = Vec3(block.jacobian.col(k)).cross(now);
      dense.add(block, error, 2);
      normal.direction(upper, now, error, 2);
    }
    if (task == 3 || task == 4) {
      const double length = (to - from).norm();
      m.segment_jacobian(upper, from, lower, to, block);
      block.jacobian /= length;
      const Vec3 now = (to - from) / length, wanted = vector().normalized();
      dense.add(block, wanted - now, 1.3);
      normal.segment(m, upper, from, lower, to, wanted, 1.3);
    }
    normal.assemble(m, tree, g);
    CHECK((g - dense.g).cwiseAbs().maxCoeff() < 1e-10);
    double seen = 0;
    for (int i = 0; i < tree.size(); ++i) {
      for (const int k : tree.path(i)) {
        CHECK(tree.row(i)[tree.depth(k)] == Approx(dense.h(i, k)).margin(1e-10));
        seen += (i == k ? 1 : 2) * std::abs(dense.h(i, k));
      }
    }
    CHECK(seen == Approx(dense.h.cwiseAbs().sum()));  // nothing lies outside of the tree
  }
}

}  // namespace

TEST_CASE("inertias of tasks give J'WJ: a ball and a hinge, hinges in a row, balls in a row") {
  check(arm(), 1, 2);
  const SkeletonPtr g1 = robot_body("g1").robot.skeleton;
  check(g1, g1->find_body("left_shoulder_roll_link"), g1->find_body("left_wrist_yaw_link"));
  check(g1, g1->find_body("torso_link"), g1->find_body("torso_link"));
  const SkeletonPtr smpl = robot_body("smpl").robot.skeleton;
  check(smpl, smpl->find_body("L_Hip"), smpl->find_body("L_Toe"));
}
