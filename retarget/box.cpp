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

template <typename Solve, typename Multiply>
const Eigen::VectorXd& BoxSolver::rounds(const Eigen::VectorXd& g, const Eigen::VectorXd& lower,
                                         const Eigen::VectorXd& upper, const Solve& solve,
                                         const Multiply& multiply) {
  const Eigen::Index n = g.size();
  for (int round = 0; round < kRounds; ++round) {
    if (!solve()) break;
    bool changed = false, bounded = false;
    for (Eigen::Index i = 0; i < n; ++i) {
      signed char& f = fixed_[static_cast<size_t>(i)];
      bounded = bounded || f;
      if (f) continue;
      if (x_[i] < lower[i]) f = -1, x_[i] = lower[i], changed = true;
      if (x_[i] > upper[i]) f = 1, x_[i] = upper[i], changed = true;
    }
    if (changed) continue;
    // freeing late in the rounds could cycle
    if (!bounded || round >= 3 * kRounds / 4) break;
    multiply();
    for (Eigen::Index i = 0; i < n; ++i) {
      signed char& f = fixed_[static_cast<size_t>(i)];
      if (f && (product_[i] - g[i]) * f > 1e-12) f = 0, changed = true;
    }
    if (!changed) break;
  }
  x_ = x_.cwiseMax(lower).cwiseMin(upper);
  return x_;
}

const Eigen::VectorXd& BoxSolver::solve(const Eigen::MatrixXd& h, const Eigen::VectorXd& g,
                                        const Eigen::VectorXd& lower,
                                        const Eigen::VectorXd& upper) {
  const Eigen::Index n = h.rows();
  x_.setZero(n);
  rhs_.resize(n);
  reduced_.resize(n, n);
  fixed_.assign(static_cast<size_t>(n), 0);
  return rounds(
      g, lower, upper, [&] { return factor_and_solve(h, g); },
      [&] { product_ = h.selfadjointView<Eigen::Lower>() * x_; });
}

const Eigen::VectorXd& BoxSolver::solve(TreeSystem& h, const Eigen::VectorXd& g,
                                        const Eigen::VectorXd& lower,
                                        const Eigen::VectorXd& upper) {
  x_.setZero(h.size());
  fixed_.assign(static_cast<size_t>(h.size()), 0);
  return solve_again(h, g, lower, upper);
}

const Eigen::VectorXd& BoxSolver::solve_again(TreeSystem& h, const Eigen::VectorXd& g,
                                              const Eigen::VectorXd& lower,
                                              const Eigen::VectorXd& upper) {
  return rounds(
      g, lower, upper, [&] { return h.solve(g, fixed_, x_); }, [&] { h.multiply(x_, product_); });
}

}  // namespace motus::retarget
