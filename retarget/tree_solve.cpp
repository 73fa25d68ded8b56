#include "retarget/tree_solve.h"

#include <algorithm>

namespace motus::retarget {

namespace {

/// to -= l * from, two numbers at a time.
inline void subtract(double* to, const double* from, double l, int count) {
  int k = 0;
  for (; k + 2 <= count; k += 2)
    Eigen::Map<Eigen::Vector2d>(to + k) -= l * Eigen::Map<const Eigen::Vector2d>(from + k);
  if (k < count) to[k] -= l * from[k];
}

}  // namespace

TreeSystem::TreeSystem(std::vector<int> parents) : parents_(std::move(parents)) {
  lay_out();
}

void TreeSystem::lay_out() {
  const size_t n = parents_.size(), most = n * (n + 1) / 2;
  path_.clear();
  path_.reserve(most);
  first_.clear();
  first_.reserve(n + 1);
  first_.push_back(0);
  for (size_t i = 0; i < n; ++i) {
    const int parent = parents_[i];
    if (parent >= 0) {
      for (int k = first_[z(parent)]; k < first_[z(parent) + 1]; ++k) path_.push_back(path_[z(k)]);
    }
    path_.push_back(static_cast<int>(i));
    first_.push_back(static_cast<int>(path_.size()));
  }
  rows_.reserve(most);
  rows_.assign(path_.size(), 0.0);
  factor_.reserve(most);
  factor_.resize(path_.size());
  y_.resize(n);
}

void TreeSystem::assign_joined(const TreeSystem& other, std::span<const std::pair<int, int>> ends) {
  parents_ = other.parents_;
  for (auto [i, j] : ends) {
    // two paths merge into one, ordered by their numbers
    while (i >= 0 && j >= 0 && i != j) {
      if (i < j) std::swap(i, j);
      int& parent = parents_[z(i)];
      i = parent;
      if (parent < j) {
        parent = j;
        std::swap(i, j);
      }
    }
  }
  lay_out();
  for (int i = 0; i < size(); ++i) {
    const std::span<const int> from = other.path(i);
    const double* values = other.row(i);
    double* to = row(i);
    for (size_t k = 0; k < from.size(); ++k) to[depth(from[k])] = values[k];
  }
}

void TreeSystem::multiply(const Eigen::VectorXd& x, Eigen::VectorXd& y) const {
  y.setZero(size());
  for (int i = 0; i < size(); ++i) {
    const double* h = row(i);
    const int* const p = path_.data() + first_[z(i)];
    const int above = depth(i);
    double sum = h[above] * x[i];
    for (int k = 0; k < above; ++k) {
      sum += h[k] * x[p[k]];
      y[p[k]] += h[k] * x[i];
    }
    y[i] += sum;
  }
}

bool TreeSystem::solve(const Eigen::VectorXd& g, std::span<const signed char> fixed,
                       Eigen::VectorXd& x) {
  const int n = size();
  const int* const first = first_.data();
  const int* const path = path_.data();
  double* const rows = factor_.data();
  double* const y = y_.data();
  std::copy(rows_.begin(), rows_.end(), factor_.begin());
  std::copy(g.begin(), g.end(), y_.begin());
  bool any = false;
  for (const signed char f : fixed) any = any || f;
  // what is held goes to the right side
  for (int i = 0; any && i < n; ++i) {
    const bool held = fixed[z(i)] != 0;
    double* const row = rows + first[i];
    const int* const p = path + first[i];
    const int depth = first[i + 1] - first[i] - 1;
    for (int k = 0; k < depth; ++k) {
      const bool above_held = fixed[z(p[k])] != 0;
      if (!held && !above_held) continue;
      if (!held) y[i] -= row[k] * x[p[k]];
      if (!above_held) y[p[k]] -= row[k] * x[i];
      row[k] = 0;
    }
    if (held) row[depth] = 1;
  }
  for (int i = n; i-- > 0;) {
    double* const row = rows + first[i];
    const int* const p = path + first[i];
    const int depth = first[i + 1] - first[i] - 1;
    if (!(row[depth] > 0)) return false;
    if (fixed[z(i)]) continue;
    const double inverse = 1 / row[depth], right = y[i];
    row[depth] = inverse;
    for (int m = depth; m-- > 0;) {
      const double l = row[m] * inverse;
      subtract(rows + first[p[m]], row, l, m + 1);
      y[p[m]] -= l * right;
      row[m] = l;
    }
  }
  for (int i = 0; i < n; ++i) {
    if (fixed[z(i)]) {
      y[i] = 0;
      continue;
    }
    const double* const row = rows + first[i];
    const int* const p = path + first[i];
    const int depth = first[i + 1] - first[i] - 1;
    double v = y[i] * row[depth];
    for (int k = 0; k < depth; ++k) v -= row[k] * y[p[k]];
    y[i] = v;
    x[i] = v;
  }
  return true;
}

}  // namespace motus::retarget
