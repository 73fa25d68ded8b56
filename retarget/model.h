#pragma once
// A robot as flat arrays for solving: forward kinematics and derivatives of points, directions and
// rotations.
//
// Velocities are laid out as (root position, m; root rotation about world axes, rad; dofs, rad). A
// ball's three dofs are its exponential map: it is posed, and has no derivatives; solvers take it as
// hinges (retarget/balls.h).
#include <Eigen/Core>
#include <vector>

#include "motion/skeleton.h"

namespace motus::retarget {

/// 3 x m block of a Jacobian: columns `dims` of a row block, the rest zero.
struct Block {
  static constexpr int kMost = 256;  ///< columns; room for them is part of the block
  Eigen::Matrix<double, 3, Eigen::Dynamic, Eigen::ColMajor, 3, kMost> jacobian;
  const std::vector<int>* dims = nullptr;
};

struct State {
  Vec3 root_pos = Vec3::Zero();
  Quat root_rot = Quat::Identity();
  Eigen::VectorXd dofs;
};

/// Rotation by a vector (rad) without wrapping its angle: smooth beyond pi.
Quat rotation(const Vec3& e);

class Model {
 public:
  /// Throws Error(bad_input) for a chain of more than Block::kMost dimensions.
  explicit Model(SkeletonPtr skeleton);

  const Skeleton& skeleton() const { return *skeleton_; }
  int dims() const { return 6 + static_cast<int>(lower_.size()); }
  const Eigen::VectorXd& lower() const { return lower_; }
  const Eigen::VectorXd& upper() const { return upper_; }

  /// Body poses and joint axes of a state; the calls below refer to it.
  void update(const State& state);

  const Vec3& pos(int body) const { return pos_[static_cast<size_t>(body)]; }
  Quat rot(int body) const { return Quat(axes(body)); }
  /// The body's axes as columns.
  const Eigen::Matrix3d& axes(int body) const { return axes_[static_cast<size_t>(body)]; }
  Vec3 at(int body, const Vec3& local) const { return pos(body) + axes(body) * local; }

  /// Velocity dimensions that move a body, ascending; the six of the root first.
  const std::vector<int>& chain(int body) const { return chains_[static_cast<size_t>(body)]; }

  /// The dimension before each one on its chain, -1 for the first.
  std::vector<int> dim_parents() const;

  /// What a hinge turns about.
  struct Column {
    Vec3 axis = Vec3::Zero(), anchor = Vec3::Zero();  ///< world
    Vec3 lever = Vec3::Zero();  ///< velocity that it gives the root's position
    int body = 0;               ///< that it moves, with all below
  };
  const Column& column(int dim) const { return columns_[static_cast<size_t>(dim - 6)]; }

  /// d(world point fixed to `body`) over chain(body).
  void point_jacobian(int body, const Vec3& world, Block& out) const;
  /// Angular velocity of `body` (world) over chain(body).
  void rotation_jacobian(int body, Block& out) const;
  /// d(to - from) over chain(to_body), where from's body is an ancestor of to's body or the same.
  void segment_jacobian(int from_body, const Vec3& from, int to_body, const Vec3& to,
                        Block& out) const;

  /// Calls visit(dim, d(height of a world point fixed to `body`)) over chain(body), ascending.
  template <typename Visit>
  void rise(int body, const Vec3& world, const Visit& visit) const {
    const Vec3 arm = world - pos_[0];
    visit(2, 1.0);
    visit(3, arm.y());
    visit(4, -arm.x());
    const std::vector<int>& dims = chain(body);
    for (size_t k = 6; k < dims.size(); ++k) {
      const Column& c = columns_[static_cast<size_t>(dims[k] - 6)];
      const Vec3 r = world - c.anchor;
      visit(dims[k], c.axis.x() * r.y() - c.axis.y() * r.x());
    }
  }

  /// Calls visit(dim, d(along . (b - a))) for world points fixed to two bodies, dims ascending; what
  /// moves both as one is left out.
  template <typename Visit>
  void approach(int body_a, const Vec3& a, int body_b, const Vec3& b, const Vec3& along,
                const Visit& visit) const {
    const std::vector<int>&da = chain(body_a), &db = chain(body_b);
    const auto turn = [&](int dim, const Vec3& p) {
      const Column& c = columns_[static_cast<size_t>(dim - 6)];
      return along.dot(c.axis.cross(p - c.anchor));
    };
    for (size_t i = 6, j = 6; i < da.size() || j < db.size();) {
      if (j == db.size() || (i < da.size() && da[i] < db[j])) {
        visit(da[i], -turn(da[i], a));
        ++i;
      } else if (i == da.size() || db[j] < da[i]) {
        visit(db[j], turn(db[j], b));
        ++j;
      } else {
        visit(da[i], turn(da[i], b) - turn(da[i], a));
        ++i, ++j;
      }
    }
  }

  /// state + step, dofs kept within their limits exactly.
  void advance(State& state, const Eigen::VectorXd& step) const;

 private:
  /// A joint as it is turned.
  struct Turn {
    JointType type = JointType::hinge;
    int coordinate = -1;  ///< a hinge about +-x, y, z: 0, 1, 2
    double sign = 1;      ///< of that axis
    int dof = 0;
    Vec3 axis = Vec3::UnitX();
  };
  /// How a body hangs on its parent.
  struct Hang {
    size_t parent = 0;
    bool turned = false;         ///< rest differs from the identity
    size_t first = 0, last = 0;  ///< of turns_
    Vec3 pos = Vec3::Zero();
    Eigen::Matrix3d rest = Eigen::Matrix3d::Identity();
  };
  void turn(size_t body, const Turn& turn, const State& state);

  SkeletonPtr skeleton_;
  Eigen::VectorXd lower_, upper_;
  std::vector<Vec3> pos_;
  std::vector<Eigen::Matrix3d> axes_;
  std::vector<Hang> hangs_;
  std::vector<Turn> turns_;
  std::vector<Column> columns_;  ///< one a dof
  std::vector<std::vector<int>> chains_;
};

}  // namespace motus::retarget
