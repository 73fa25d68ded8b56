#pragma once
// One-sided terms of a quadratic program: nothing while a value is positive, a spring below zero.
//
// The value of a term after a step x is v + a'x to first order. Springs that the step would let go,
// or that it would run into, are switched and the program is solved again, so that a pose which
// rests on the floor does not hop between touching and not.
#include <span>
#include <vector>

#include "retarget/box.h"

namespace motus::retarget {

class Hinges {
 public:
  void clear();

  /// Starts a term of `weight` (a square root) whose value is now `value`; its derivatives follow.
  /// `joins`: they lie on more than one path of the tree.
  void begin(double value, double weight, bool joins = false);
  /// d(value) / d(x[dim]); dims ascend within a term.
  void derivative(int dim, double slope);

  size_t size() const { return terms_.size(); }

  /// The minimum of 1/2 x'Hx - g'x and the terms within the bounds. `h` and `g` are changed. Terms
  /// may join branches of the tree.
  const Eigen::VectorXd& solve(BoxSolver& box, TreeSystem& h, Eigen::VectorXd& g,
                               const Eigen::VectorXd& lower, const Eigen::VectorXd& upper);

 private:
  struct Term {
    double value, weight;  ///< weight squared
    size_t first, last;    ///< of slopes_
    bool on, joins;
  };
  struct Slope {
    int dim;
    double value;
  };
  /// The system with paths for terms that join branches, or `h` itself if none does.
  TreeSystem& joined(TreeSystem& h);
  void add(const Term& t, double sign, TreeSystem& h, Eigen::VectorXd& g) const;

  std::vector<Term> terms_;
  std::vector<Slope> slopes_;
  std::vector<std::pair<int, int>> ends_;
  TreeSystem joined_;
};

}  // namespace motus::retarget
