#pragma once
// Linear systems with the branch sparsity of a kinematic tree, factorised without fill-in
// (Featherstone, Rigid Body Dynamics Algorithms, section 6.5: H = L' D L).
//
// Variables are numbered so that parents come first; H(i, j) is zero unless one is an ancestor of
// the other. The ancestors of an ancestor are the first ones of its descendant's, so a variable's
// place among them is its depth, rows are stored packed, root first, and every elimination step is
// one subtraction of contiguous numbers.
#include <Eigen/Core>
#include <span>
#include <utility>
#include <vector>

namespace motus::retarget {

class TreeSystem {
 public:
  TreeSystem() = default;
  /// `parents`: of every variable, smaller than its own index, or -1. All entries are zero.
  explicit TreeSystem(std::vector<int> parents);

  int size() const { return static_cast<int>(parents_.size()); }
  int depth(int i) const { return first_[z(i) + 1] - first_[z(i)] - 1; }
  /// From the root down to `i` itself.
  std::span<const int> path(int i) const {
    return {path_.data() + first_[z(i)], static_cast<size_t>(depth(i) + 1)};
  }
  /// H(i, k) for k in path(i).
  double* row(int i) { return rows_.data() + first_[z(i)]; }
  const double* row(int i) const { return rows_.data() + first_[z(i)]; }
  double& diagonal(int i) { return rows_[static_cast<size_t>(first_[z(i) + 1] - 1)]; }

  void clear() { std::fill(rows_.begin(), rows_.end(), 0.0); }

  /// Becomes `other` with entries between further variables: of each pair, one end's path and the
  /// other's become one path. The tree is then the elimination tree of both together.
  void assign_joined(const TreeSystem& other, std::span<const std::pair<int, int>> ends);

  /// y = H x.
  void multiply(const Eigen::VectorXd& x, Eigen::VectorXd& y) const;

  /// Solves H x = g for the free variables, those with fixed[i] == 0; the others keep their x[i].
  /// False if the matrix of the free ones is not positive definite.
  bool solve(const Eigen::VectorXd& g, std::span<const signed char> fixed, Eigen::VectorXd& x);

 private:
  static size_t z(int i) { return static_cast<size_t>(i); }
  void lay_out();

  std::vector<int> parents_;
  std::vector<int> path_;   ///< of all variables one after the other
  std::vector<int> first_;  ///< where a variable's path begins; one more at the end
  std::vector<double> rows_, factor_, y_;
};

}  // namespace motus::retarget
