// Derivatives against finite differences; the box solver against its conditions of optimality.
#include "retarget/model.h"

#include <random>

#include "formats/mjcf.h"
#include "retarget/balls.h"
#include "retarget/box.h"
#include "tests/catch.h"
#include "tests/motion/arm.h"

using namespace motus;
using namespace motus::retarget;

namespace {

constexpr double kStep = 1e-6;

Eigen::VectorXd random_vector(Eigen::Index n, double size, std::mt19937& rng) {
  std::uniform_real_distribution<double> u(-size, size);
  Eigen::VectorXd v(n);
  for (Eigen::Index i = 0; i < n; ++i) v[i] = u(rng);
  return v;
}

/// A state away from limits, so that stepping is not clamped.
State random_state(const Model& m, std::mt19937& rng) {
  State s;
  s.root_pos = Vec3(0.3, -0.2, 0.9);
  s.root_rot = exp_map(random_vector(3, 1.0, rng));
  s.dofs.resize(m.dims() - 6);
  for (Eigen::Index i = 0; i < s.dofs.size(); ++i) {
    const double lo = std::max(m.lower()[i], -2.0), hi = std::min(m.upper()[i], 2.0);
    std::uniform_real_distribution<double> u(lo + 0.05 * (hi - lo), hi - 0.05 * (hi - lo));
    s.dofs[i] = u(rng);
  }
  return s;
}

void check_jacobians(const SkeletonPtr& skeleton, int from, int body) {
  std::mt19937 rng(7);
  Model m(skeleton);
  const Vec3 local(0.03, -0.07, 0.11);
  for (int round = 0; round < 3; ++round) {
    const State s = random_state(m, rng);
    m.update(s);
    Block point, turn, segment;
    const Vec3 p = m.at(body, local), a = m.pos(from);
    const Quat r = m.rot(body);
    m.point_jacobian(body, p, point);
    m.rotation_jacobian(body, turn);
    m.segment_jacobian(from, a, body, p, segment);
    for (int d = 0; d < m.dims(); ++d) {
      Eigen::VectorXd step = Eigen::VectorXd::Zero(m.dims());
      step[d] = kStep;
      State t = s;
      m.advance(t, step);
      m.update(t);
      const Vec3 dp = (m.at(body, local) - p) / kStep;
      const Vec3 dr = log_map(m.rot(body) * r.conjugate()) / kStep;
      const Vec3 ds = (m.at(body, local) - m.pos(from) - (p - a)) / kStep;
      const auto column = [&](const Block& b) {
        for (size_t k = 0; k < b.dims->size(); ++k) {
          if ((*b.dims)[k] == d) return Vec3(b.jacobian.col(static_cast<Eigen::Index>(k)));
        }
        return Vec3(Vec3::Zero());
      };
      INFO("dimension " << d);
      CHECK((dp - column(point)).norm() < 2e-5);
      CHECK((dr - column(turn)).norm() < 2e-5);
      CHECK((ds - column(segment)).norm() < 2e-5);
    }
  }
}

}  // namespace

TEST_CASE("Jacobians agree with finite differences: a ball and a hinge") {
  check_jacobians(hinged(arm()), 1, 2);
}

TEST_CASE("Jacobians agree with finite differences: robots") {
  const SkeletonPtr g1 = formats::load_robot("g1").skeleton;
  check_jacobians(g1, g1->find_body("left_shoulder_roll_link"),
                  g1->find_body("left_wrist_yaw_link"));
  const SkeletonPtr smpl = hinged(formats::load_robot("smpl").skeleton);
  check_jacobians(smpl, smpl->find_body("L_Hip"), smpl->find_body("L_Toe"));
}

TEST_CASE("a step never leaves the limits") {
  std::mt19937 rng(3);
  const SkeletonPtr g1 = formats::load_robot("g1").skeleton;
  const Model m(g1);
  State s;
  s.dofs = Eigen::VectorXd::Zero(m.dims() - 6);
  m.advance(s, random_vector(m.dims(), 50, rng));
  for (Eigen::Index i = 0; i < s.dofs.size(); ++i) {
    CHECK(s.dofs[i] >= m.lower()[i]);
    CHECK(s.dofs[i] <= m.upper()[i]);
  }
}

TEST_CASE("the box solver meets the conditions of optimality") {
  std::mt19937 rng(11);
  const Eigen::Index n = 20;
  BoxSolver box;
  for (int round = 0; round < 50; ++round) {
    const Eigen::MatrixXd a =
        Eigen::Map<const Eigen::MatrixXd>(random_vector(n * n, 1, rng).data(), n, n);
    const Eigen::MatrixXd h = a * a.transpose() + 0.5 * Eigen::MatrixXd::Identity(n, n);
    const Eigen::VectorXd g = random_vector(n, 5, rng);
    const Eigen::VectorXd lo = Eigen::VectorXd::Constant(n, -0.4),
                          hi = Eigen::VectorXd::Constant(n, 0.3);
    const Eigen::VectorXd x = box.solve(h, g, lo, hi);
    const Eigen::VectorXd slope = h * x - g;
    for (Eigen::Index i = 0; i < n; ++i) {
      CHECK(x[i] >= lo[i]);
      CHECK(x[i] <= hi[i]);
      if (x[i] > lo[i] && x[i] < hi[i]) CHECK(std::abs(slope[i]) < 1e-8);
      if (x[i] == lo[i]) CHECK(slope[i] > -1e-8);
      if (x[i] == hi[i]) CHECK(slope[i] < 1e-8);
    }
  }
}
