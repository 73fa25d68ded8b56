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

void Hinges::begin(double value, double weight, bool couples) {
  terms_.push_back({value, weight * weight, slopes_.size(), slopes_.size(), value < 0, couples});
}

void Hinges::derivative(int dim, double slope) {
  slopes_.push_back({dim, slope});
  terms_.back().last = slopes_.size();
}

BoxSolver::Shape Hinges::shape() const {
  for (const Term& t : terms_) {
    if (t.on && t.couples) return BoxSolver::Shape::dense;
  }
  return BoxSolver::Shape::tree;
}

void Hinges::add(const Term& t, double sign, Eigen::MatrixXd& h, Eigen::VectorXd& g) const {
  const double w = sign * t.weight;
  for (size_t j = t.first; j < t.last; ++j) {
    const double wj = w * slopes_[j].value;
    g[slopes_[j].dim] -= wj * t.value;
    double* column = h.data() + static_cast<Eigen::Index>(slopes_[j].dim) * h.rows();
    for (size_t i = j; i < t.last; ++i) column[slopes_[i].dim] += wj * slopes_[i].value;
  }
}

const Eigen::VectorXd& Hinges::solve(BoxSolver& box, Eigen::MatrixXd& h, Eigen::VectorXd& g,
                                     const Eigen::VectorXd& lower, const Eigen::VectorXd& upper) {
  for (const Term& t : terms_) {
    if (t.on) add(t, 1, h, g);
  }
  const Eigen::VectorXd* x = &box.solve(h, g, lower, upper, shape());
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
    x = &box.solve(h, g, lower, upper, shape());
  }
  return *x;
}

}  // namespace motus::retarget
