// The box solver on trees against the dense one, and a solver that asks for no memory.
#include <cstdlib>
#include <random>

#include "retarget/box.h"
#include "retarget/ik.h"
#include "retarget/observe.h"
#include "tests/catch.h"
#include "tests/retarget/walker.h"

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define MOTUS_COUNTS_MALLOC
extern "C" void* __libc_malloc(size_t size);  // NOLINT
namespace {
thread_local long allocations = 0;
}
extern "C" void* malloc(size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
#endif

using namespace motus;
using namespace motus::retarget;

namespace {

struct Program {
  Eigen::MatrixXd h;
  Eigen::VectorXd g, lower, upper;
};

/// A random positive definite matrix with a tree's sparsity: a sum over chains from the root.
Program random_program(const std::vector<int>& parents, std::mt19937& rng) {
  std::uniform_real_distribution<double> u(-1, 1);
  const Eigen::Index n = static_cast<Eigen::Index>(parents.size());
  Program p;
  p.h = 0.1 * Eigen::MatrixXd::Identity(n, n);
  p.g.resize(n);
  p.lower.resize(n);
  p.upper.resize(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    Eigen::VectorXd row = Eigen::VectorXd::Zero(n);
    for (int a = static_cast<int>(i); a >= 0; a = parents[static_cast<size_t>(a)]) row[a] = u(rng);
    p.h += row * row.transpose();
    p.g[i] = 3 * u(rng);
    // some bounds lie on one side of zero: the start is outside of them
    const double middle = 0.5 * u(rng), half = 0.4 * std::abs(u(rng));
    p.lower[i] = middle - half;
    p.upper[i] = middle + half;
  }
  return p;
}

TreeSystem packed(const std::vector<int>& parents, const Eigen::MatrixXd& h) {
  TreeSystem t(parents);
  for (int i = 0; i < t.size(); ++i) {
    for (const int k : t.path(i)) t.row(i)[t.depth(k)] = h(i, k);
  }
  return t;
}

}  // namespace

TEST_CASE("the tree's factorisation gives the dense one's answers, bounds and all") {
  std::mt19937 rng(4);
  const std::vector<std::vector<int>> trees = {
      {-1, 0, 1, 2, 3},
      {-1, 0, 0, 0},
      {-1, -1, 0, 1, 2},
      Model(robot_body("g1").robot.skeleton).dim_parents()};
  for (const std::vector<int>& parents : trees) {
    BoxSolver tree, dense;
    for (int round = 0; round < 30; ++round) {
      const Program p = random_program(parents, rng);
      TreeSystem h = packed(parents, p.h);
      const Eigen::VectorXd a = tree.solve(h, p.g, p.lower, p.upper);
      CHECK((tree.solve_again(h, p.g, p.lower, p.upper) - a).cwiseAbs().maxCoeff() < 1e-9);
      const Eigen::VectorXd b = dense.solve(p.h, p.g, p.lower, p.upper);
      CHECK((a - b).cwiseAbs().maxCoeff() < 1e-9);
      CHECK((a - p.lower).minCoeff() >= 0);
      CHECK((p.upper - a).minCoeff() >= 0);
      // optimal: the gradient of a bounded variable points out of the box, of a free one is zero
      const Eigen::VectorXd slope = p.h * a - p.g;
      for (Eigen::Index i = 0; i < a.size(); ++i) {
        if (a[i] > p.lower[i] && a[i] < p.upper[i]) CHECK(std::abs(slope[i]) < 1e-7);
        if (a[i] == p.lower[i]) CHECK(slope[i] > -1e-7);
        if (a[i] == p.upper[i]) CHECK(slope[i] < 1e-7);
      }
    }
  }
}

TEST_CASE("branches that are joined give the dense answers too") {
  std::mt19937 rng(9);
  std::uniform_real_distribution<double> u(-1, 1);
  const std::vector<int> parents = Model(robot_body("g1").robot.skeleton).dim_parents();
  const std::vector<std::pair<int, int>> ends = {{11, 34}, {17, 27}, {9, 15}};
  for (int round = 0; round < 10; ++round) {
    Program p = random_program(parents, rng);
    const TreeSystem plain = packed(parents, p.h);
    TreeSystem h;
    h.assign_joined(plain, ends);
    for (const auto& [a, b] : ends) {
      const double v = 0.01 * u(rng);
      p.h(a, b) += v;
      p.h(b, a) += v;
      REQUIRE(h.path(b)[static_cast<size_t>(h.depth(a))] == a);
      h.row(b)[h.depth(a)] += v;
    }
    BoxSolver tree, dense;
    const Eigen::VectorXd x = tree.solve(h, p.g, p.lower, p.upper);
    CHECK((x - dense.solve(p.h, p.g, p.lower, p.upper)).cwiseAbs().maxCoeff() < 1e-9);
  }
}

TEST_CASE("bounds that meet leave one point") {
  BoxSolver tree;
  TreeSystem h = packed({-1, 0}, Eigen::MatrixXd::Identity(2, 2));
  const Eigen::VectorXd g = Eigen::VectorXd::Ones(2), at = Eigen::VectorXd::Constant(2, 0.25);
  CHECK(tree.solve(h, g, at, at) == at);
}

TEST_CASE("a pose outside its limits is brought in") {
  const RobotBody g1 = robot_body("g1");
  const Clip source = walk();
  const Plan plan = make_plan(observe(source, map_roles(*source.skeleton)), g1);
  Solver solver(g1);
  State state = solver.start(plan.targets[0]);
  state.dofs = solver.model().upper().array() + 0.5;
  Pull pull{state, 1, 1, 1};
  solver.refine(plan.targets[0], pull, Terms::all, 3, state);
  CHECK((state.dofs - solver.model().lower()).minCoeff() >= 0);
  CHECK((solver.model().upper() - state.dofs).minCoeff() >= 0);
}

#ifdef MOTUS_COUNTS_MALLOC
TEST_CASE("after the first frames a solver asks for no memory") {
  for (const std::string name : {"g1", "smpl", "go2"}) {
    INFO(name);
    const RobotBody robot = robot_body(name);
    const Clip source = robot.rig.roles.quadruped ? shipped_clip("go2_trot.h5") : walk();
    const Plan plan = make_plan(observe(source, map_roles(*source.skeleton)), robot);
    Solver solver(robot);
    State state = solver.start(plan.targets[0]);
    const Pull pull{state, 1, 1, 1};
    const auto all = [&] {
      for (const Target& t : plan.targets) {
        solver.solve(t, 3, 1 / source.fps, state);
        solver.refine(t, pull, Terms::all, 1, state);
        solver.refine(t, pull, Terms::hard, 1, state);
      }
    };
    all();
    all();  // lists of contacts are as long as they get
    const long before = allocations;
    all();
    CHECK(allocations == before);
  }
}
#endif
