#pragma once
// Small quadratic programs with simple bounds.
#include <optional>

#include "retarget/tree_solve.h"

namespace motus::retarget {

/// min 1/2 x'Hx - g'x subject to lower <= x <= upper, H symmetric positive definite (lower triangle
/// read). Active-set: variables beyond a bound are fixed there and the rest solved again; a fixed
/// one whose gradient points inwards is freed, a bounded number of times. The answer always lies
/// within the bounds, and is the minimum unless the number of rounds ran out.
class BoxSolver {
 public:
  BoxSolver() = default;
  /// Knows the sparsity of its matrices, for Shape::tree: see TreeSolver.
  explicit BoxSolver(std::vector<int> parents) : tree_(std::move(parents)) {}

  enum class Shape { dense, tree };

  const Eigen::VectorXd& solve(const Eigen::MatrixXd& h, const Eigen::VectorXd& g,
                               const Eigen::VectorXd& lower, const Eigen::VectorXd& upper,
                               Shape shape = Shape::dense);

 private:
  bool factor_and_solve(const Eigen::MatrixXd& h, const Eigen::VectorXd& g);
  std::optional<TreeSolver> tree_;
  Eigen::VectorXd x_, rhs_;
  Eigen::MatrixXd reduced_;
  std::vector<int> free_;
  std::vector<signed char> fixed_;  ///< -1 at lower, +1 at upper, 0 free
};

}  // namespace motus::retarget
