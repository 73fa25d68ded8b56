#pragma once
// Small quadratic programs with simple bounds.
#include "retarget/tree_solve.h"

namespace motus::retarget {

/// min 1/2 x'Hx - g'x subject to lower <= x <= upper, H symmetric positive definite. Active-set:
/// variables beyond a bound are fixed there and the rest solved again; a fixed one whose gradient
/// points inwards is freed, a bounded number of times. The answer always lies within the bounds, and
/// is the minimum unless the number of rounds ran out.
class BoxSolver {
 public:
  /// Of a dense H, its lower triangle is read.
  const Eigen::VectorXd& solve(const Eigen::MatrixXd& h, const Eigen::VectorXd& g,
                               const Eigen::VectorXd& lower, const Eigen::VectorXd& upper);

  /// Of a tree's H.
  const Eigen::VectorXd& solve(TreeSystem& h, const Eigen::VectorXd& g,
                               const Eigen::VectorXd& lower, const Eigen::VectorXd& upper);

  /// The same for a program that differs little from the last one, from the bounds that it met.
  const Eigen::VectorXd& solve_again(TreeSystem& h, const Eigen::VectorXd& g,
                                     const Eigen::VectorXd& lower, const Eigen::VectorXd& upper);

 private:
  template <typename Solve, typename Multiply>
  const Eigen::VectorXd& rounds(const Eigen::VectorXd& g, const Eigen::VectorXd& lower,
                                const Eigen::VectorXd& upper, const Solve& solve,
                                const Multiply& multiply);
  bool factor_and_solve(const Eigen::MatrixXd& h, const Eigen::VectorXd& g);

  Eigen::VectorXd x_, rhs_, product_;
  Eigen::MatrixXd reduced_;
  std::vector<int> free_;
  std::vector<signed char> fixed_;  ///< -1 at lower, +1 at upper, 0 free
};

}  // namespace motus::retarget
