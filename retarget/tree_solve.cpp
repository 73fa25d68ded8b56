#include "retarget/tree_solve.h"

namespace motus::retarget {

TreeSolver::TreeSolver(std::vector<int> parents)
    : parents_(std::move(parents)), diagonal_(parents_.size()), y_(parents_.size()) {
  first_.push_back(0);
  for (const int parent : parents_) {
    if (parent >= 0) {
      for (int k = first_[static_cast<size_t>(parent)]; k < first_[static_cast<size_t>(parent) + 1];
           ++k)
        ancestors_.push_back(ancestors_[static_cast<size_t>(k)]);
      ancestors_.push_back(parent);
    }
    first_.push_back(static_cast<int>(ancestors_.size()));
  }
  rows_.resize(ancestors_.size());
}

bool TreeSolver::solve(const Eigen::MatrixXd& h, const Eigen::VectorXd& g,
                       std::span<const signed char> fixed, Eigen::VectorXd& x) {
  const int n = size();
  const int* const first = first_.data();
  const int* const ancestors = ancestors_.data();
  double* const rows = rows_.data();
  double* const d = diagonal_.data();
  double* const y = y_.data();
  for (int i = 0; i < n; ++i) {
    const bool held = fixed[static_cast<size_t>(i)] != 0;
    d[i] = held ? 1 : h(i, i);
    y[i] = held ? 0 : g[i];
    for (int k = first[i]; k < first[i + 1]; ++k) {
      const int a = ancestors[k];
      const double v = h(i, a);
      const bool a_held = fixed[static_cast<size_t>(a)] != 0;
      if (a_held && !held) y[i] -= v * x[a];
      if (held && !a_held) y[a] -= v * x[i];
      rows[k] = held || a_held ? 0 : v;
    }
  }
  for (int i = n; i-- > 0;) {
    if (!(d[i] > 0)) return false;
    double* const row = rows + first[i];
    const int depth = first[i + 1] - first[i];
    for (int m = depth; m-- > 0;) {
      const double l = row[m] / d[i];
      const int a = ancestors[first[i] + m];
      double* const other = rows + first[a];
      for (int k = 0; k < m; ++k) other[k] -= l * row[k];
      d[a] -= l * row[m];
      row[m] = l;
    }
  }
  for (int i = n; i-- > 0;) {
    for (int k = first[i]; k < first[i + 1]; ++k) y[ancestors[k]] -= rows[k] * y[i];
  }
  for (int i = 0; i < n; ++i) {
    double v = y[i] / d[i];
    for (int k = first[i]; k < first[i + 1]; ++k) v -= rows[k] * y[ancestors[k]];
    y[i] = v;
    if (fixed[static_cast<size_t>(i)] == 0) x[i] = v;
  }
  return true;
}

}  // namespace motus::retarget
