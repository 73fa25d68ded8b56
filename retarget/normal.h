#pragma once
// Normal equations of least-squares tasks on the bodies of a tree.
//
// A task that pulls a point of a body with weight w adds w^2 |velocity of the point|^2, which is what
// a mass at that point adds to kinetic energy. So all tasks of a body are one rigid-body inertia, and
// H = J'W J over all bodies comes from the composite-rigid-body algorithm (Featherstone, Rigid Body
// Dynamics Algorithms, section 6.2): inertias are summed towards the root, then every dof asks only
// its own subtree's. Moments are taken about the root's position.
#include "retarget/model.h"
#include "retarget/tree_solve.h"

namespace motus::retarget {

class NormalEquations {
 public:
  explicit NormalEquations(const Model& model);

  /// Forgets all tasks; those that follow are about the pose that `model` shows.
  void begin(const Model& model);

  /// Tasks of a weight (squared), each with the error (wanted - present) that a step shall take away.
  /// A point fixed to `body`, in the world.
  void point(int body, const Vec3& world, const Vec3& error, double weight);
  /// The rotation of `body`, errors as rotation vectors about world axes.
  void rotation(int body, const Vec3& error, double weight);
  /// A direction fixed to `body`, unit, in the world.
  void direction(int body, const Vec3& now, const Vec3& error, double weight);
  /// The vector between world points fixed to two bodies, over its length; `from_body` is an
  /// ancestor of `to_body` or the same.
  void segment(const Model& model, int from_body, const Vec3& from, int to_body, const Vec3& to,
               const Vec3& direction, double weight);

  /// Writes H and g of all tasks.
  void assemble(const Model& model, TreeSystem& h, Eigen::VectorXd& g);

 private:
  /// Of a body: second, first and zeroth moments of the masses of its tasks, and their pull.
  struct Inertia {
    Eigen::Matrix3d second = Eigen::Matrix3d::Zero();
    Vec3 first = Vec3::Zero(), moment = Vec3::Zero(), force = Vec3::Zero();
    double mass = 0;
  };
  /// A segment that a dof between its ends moves: what its inertia at from_body leaves out.
  struct Extra {
    int dim;
    Vec3 turn;  ///< product with dofs above, by their axes
    double pull;
  };
  struct Correction {
    int dim, other;
    double value;
  };
  std::vector<Inertia> bodies_;
  std::vector<Extra> extras_;
  std::vector<Correction> corrections_;
  std::vector<Vec3> turns_;  ///< sum of the extras of a dof
  std::vector<std::pair<int, Vec3>> moved_;
  Vec3 origin_ = Vec3::Zero();
};

}  // namespace motus::retarget
