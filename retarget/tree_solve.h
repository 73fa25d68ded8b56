#pragma once
// Linear systems with the branch sparsity of a kinematic tree, factorised without fill-in
// (Featherstone, Rigid Body Dynamics Algorithms, section 6.5: H = L' D L).
//
// Variables are numbered so that parents come first; H(i, j) is zero unless one is an ancestor of
// the other. The ancestors of an ancestor are the first ones of its descendant's, so rows are stored
// packed, root first, and every elimination step is one subtraction of contiguous numbers.
#include <Eigen/Core>
#include <span>
#include <vector>

namespace motus::retarget {

class TreeSolver {
 public:
  /// `parents`: of every variable, smaller than its own index, or -1.
  explicit TreeSolver(std::vector<int> parents);

  int size() const { return static_cast<int>(parents_.size()); }

  /// Solves for the free variables, those with fixed[i] == 0; the others keep their x[i]. Reads the
  /// lower triangle of `h`. False if the matrix of the free ones is not positive definite.
  bool solve(const Eigen::MatrixXd& h, const Eigen::VectorXd& g, std::span<const signed char> fixed,
             Eigen::VectorXd& x);

 private:
  std::vector<int> parents_;
  std::vector<int> ancestors_;  ///< of all variables one after the other, each root first
  std::vector<int> first_;      ///< where a variable's ancestors begin; one more at the end
  std::vector<double> rows_;    ///< H, then L, alongside ancestors_
  std::vector<double> diagonal_, y_;
};

}  // namespace motus::retarget
