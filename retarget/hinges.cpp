#include "retarget/hinges.h"

namespace motus::retarget {

namespace {

constexpr int kRounds = 4;
constexpr double kSlack = 1e-4;  // m or rad below zero that are not worth another round
constexpr double kPulls = 1e-9;  // above zero a spring would pull where it must only push

}  // namespace

void Hinges::clear() {
  terms_.clear();
  slopes_.clear();
}

void Hinges::begin(double value, double weight, bool joins) {
  terms_.push_back({value, weight * weight, slopes_.size(), slopes_.size(), value < 0, joins});
}

void Hinges::derivative(int dim, double slope) {
  slopes_.push_back({dim, slope});
  terms_.back().last = slopes_.size();
}

TreeSystem& Hinges::joined(TreeSystem& h) {
  ends_.clear();
  for (const Term& t : terms_) {
    for (size_t k = t.first; t.joins && k + 1 < t.last; ++k)
      ends_.emplace_back(slopes_[k].dim, slopes_[k + 1].dim);
  }
  if (ends_.empty()) return h;
  joined_.assign_joined(h, ends_);
  return joined_;
}

void Hinges::add(const Term& t, double sign, TreeSystem& h, Eigen::VectorXd& g) const {
  const double w = sign * t.weight;
  for (size_t i = t.first; i < t.last; ++i) {
    const double wi = w * slopes_[i].value;
    g[slopes_[i].dim] -= wi * t.value;
    double* row = h.row(slopes_[i].dim);
    for (size_t j = t.first; j <= i; ++j) row[h.depth(slopes_[j].dim)] += wi * slopes_[j].value;
  }
}

const Eigen::VectorXd& Hinges::solve(BoxSolver& box, TreeSystem& tree, Eigen::VectorXd& g,
                                     const Eigen::VectorXd& lower, const Eigen::VectorXd& upper) {
  TreeSystem& h = joined(tree);
  for (const Term& t : terms_) {
    if (t.on) add(t, 1, h, g);
  }
  const Eigen::VectorXd* x = &box.solve(h, g, lower, upper);
  for (int round = 1; round < kRounds; ++round) {
    bool changed = false;
    for (Term& t : terms_) {
      double after = t.value;
      for (size_t k = t.first; k < t.last; ++k) after += slopes_[k].value * (*x)[slopes_[k].dim];
      if (t.on ? after <= kPulls : after >= -kSlack) continue;
      t.on = !t.on;
      add(t, t.on ? 1 : -1, h, g);
      changed = true;
    }
    if (!changed) break;
    x = &box.solve_again(h, g, lower, upper);
  }
  return *x;
}

}  // namespace motus::retarget
