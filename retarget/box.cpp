#include "retarget/box.h"

#include <Eigen/Cholesky>

namespace motus::retarget {

namespace {
constexpr int kRounds = 40;
}

bool BoxSolver::factor_and_solve(const Eigen::MatrixXd& h, const Eigen::VectorXd& g) {
  const Eigen::Index n = h.rows();
  free_.clear();
  for (Eigen::Index i = 0; i < n; ++i) {
    if (!fixed_[static_cast<size_t>(i)]) free_.push_back(static_cast<int>(i));
  }
  const Eigen::Index m = static_cast<Eigen::Index>(free_.size());
  if (m == 0) return true;
  auto a = reduced_.topLeftCorner(m, m);
  auto r = rhs_.head(m);
  for (Eigen::Index j = 0; j < m; ++j) {
    const int cj = free_[static_cast<size_t>(j)];
    for (Eigen::Index i = j; i < m; ++i) a(i, j) = h(free_[static_cast<size_t>(i)], cj);
    double b = g[cj];
    if (m < n) {
      for (Eigen::Index k = 0; k < n; ++k) {
        if (fixed_[static_cast<size_t>(k)]) b -= (k > cj ? h(k, cj) : h(cj, k)) * x_[k];
      }
    }
    r[j] = b;
  }
  Eigen::LLT<Eigen::Ref<Eigen::MatrixXd>> llt(a);
  if (llt.info() != Eigen::Success) return false;
  llt.solveInPlace(r);
  for (Eigen::Index j = 0; j < m; ++j) x_[free_[static_cast<size_t>(j)]] = r[j];
  return true;
}

const Eigen::VectorXd& BoxSolver::solve(const Eigen::MatrixXd& h, const Eigen::VectorXd& g,
                                        const Eigen::VectorXd& lower, const Eigen::VectorXd& upper,
                                        Shape shape) {
  const Eigen::Index n = h.rows();
  const bool tree = shape == Shape::tree && tree_;
  x_.setZero(n);
  if (!tree) {
    rhs_.resize(n);
    reduced_.resize(n, n);
  }
  fixed_.assign(static_cast<size_t>(n), 0);
  for (int round = 0; round < kRounds; ++round) {
    if (!(tree ? tree_->solve(h, g, fixed_, x_) : factor_and_solve(h, g))) break;
    bool changed = false;
    for (Eigen::Index i = 0; i < n; ++i) {
      signed char& f = fixed_[static_cast<size_t>(i)];
      if (f) continue;
      if (x_[i] < lower[i]) f = -1, x_[i] = lower[i], changed = true;
      if (x_[i] > upper[i]) f = 1, x_[i] = upper[i], changed = true;
    }
    if (changed) continue;
    // freeing late in the rounds could cycle
    if (round >= 3 * kRounds / 4) break;
    for (Eigen::Index i = 0; i < n; ++i) {
      signed char& f = fixed_[static_cast<size_t>(i)];
      if (!f) continue;
      double slope = -g[i];
      for (Eigen::Index k = 0; k < n; ++k) slope += (k > i ? h(k, i) : h(i, k)) * x_[k];
      if (slope * f > 1e-12) f = 0, changed = true;
    }
    if (!changed) break;
  }
  x_ = x_.cwiseMax(lower).cwiseMin(upper);
  return x_;
}

}  // namespace motus::retarget
