#include "retarget/foot_lock.h"

#include <algorithm>
#include <cmath>

#include "retarget/box.h"
#include "retarget/parallel.h"

namespace motus::retarget {

namespace {

constexpr int kBlock = 64;  // frames a thread takes at a time
constexpr int kIterations = 3;
constexpr double kThere = 1e-7;  // m from its place
constexpr double kTouch = 1000;  // per m, square root of a weight like those below
constexpr double kTurn = 1;      // per rad
constexpr double kStay = 0.1;    // per rad of a dof
constexpr double kFade = 0.12;   // s

/// Moves one leg at a time so that a point of the foot comes to a place and keeps its rotation.
class LegSolver {
 public:
  explicit LegSolver(const RobotBody& body) : body_(body), model_(body.hinged) {}

  Model& model() { return model_; }

  /// Anatomical rotation of a foot.
  Quat foot(size_t leg) const {
    const int b = body_.rig.legs[leg].foot;
    return model_.rot(b) * body_.zero.rot[static_cast<size_t>(b)].conjugate();
  }
  /// Place of a point given from the ankle in the foot's frame.
  Vec3 touch(size_t leg, const Vec3& local) const {
    const Leg& l = body_.rig.legs[leg];
    return model_.at(l.ankle.body, l.ankle.pos) + foot(leg) * local;
  }

  /// `model()` must show `state`, and does again afterwards. Returns the distance left.
  double solve(size_t leg, const Vec3& local, const Vec3& place, const Quat& rotation,
               State& state) {
    const int foot_body = body_.rig.legs[leg].foot;
    const std::vector<int>& dims = model_.chain(foot_body);
    const Eigen::Index n = static_cast<Eigen::Index>(dims.size()) - 6;
    h_.resize(n, n);
    g_.resize(n);
    lo_.resize(n);
    hi_.resize(n);
    double left = kThere;
    for (int k = 0; k < kIterations && left >= kThere; ++k) {
      h_.setZero();
      g_.setZero();
      h_.diagonal().setConstant(kStay * kStay);
      const Vec3 at = touch(leg, local);
      model_.point_jacobian(foot_body, at, block_);
      add(place - at, kTouch);
      if (!body_.rig.roles.quadruped) {
        model_.rotation_jacobian(foot_body, block_);
        add(log_map(rotation * foot(leg).conjugate()), kTurn);
      }
      for (Eigen::Index i = 0; i < n; ++i) {
        const Eigen::Index d = dims[static_cast<size_t>(6 + i)] - 6;
        // a pose may come in outside of the limits; it goes to the nearer one
        lo_[i] = std::min(model_.lower()[d] - state.dofs[d], 0.0);
        hi_[i] = std::max(model_.upper()[d] - state.dofs[d], 0.0);
      }
      const Eigen::VectorXd& step = box_.solve(h_, g_, lo_, hi_);
      for (Eigen::Index i = 0; i < n; ++i) {
        const Eigen::Index d = dims[static_cast<size_t>(6 + i)] - 6;
        state.dofs[d] = std::clamp(state.dofs[d] + step[i], model_.lower()[d], model_.upper()[d]);
      }
      model_.update(state);
      left = (place - touch(leg, local)).norm();
    }
    return left;
  }

 private:
  void add(const Vec3& error, double weight) {
    const auto j = block_.jacobian.rightCols(h_.rows());
    const double w2 = weight * weight;
    h_.noalias() += w2 * j.transpose() * j;
    g_.noalias() += w2 * j.transpose() * error;
  }

  const RobotBody& body_;
  Model model_;
  BoxSolver box_;
  Block block_;
  Eigen::MatrixXd h_;
  Eigen::VectorXd g_, lo_, hi_;
};

}  // namespace

FootLockStats lock_feet(const RobotBody& body, std::span<const Target> targets, double fps,
                        int jobs, Track& track) {
  const int n = track.frames();
  const size_t legs = body.rig.legs.size();
  // (F, 3 legs): what planting moved the point, and how far it then is from its place
  Frames moved = Frames::Zero(n, 3 * static_cast<Eigen::Index>(legs));
  Frames left = Frames::Zero(n, static_cast<Eigen::Index>(legs));
  const auto foot = [&](int f, size_t i) -> const FootTarget& {
    return targets[static_cast<size_t>(f)].feet[i];
  };
  for_blocks(n, kBlock, jobs, [&] {
    return [&, solver = LegSolver(body), state = State{}](int first, int last) mutable {
      for (int f = first; f < last; ++f) {
        track.get(f, state);
        solver.model().update(state);
        for (size_t i = 0; i < legs; ++i) {
          const FootTarget& t = foot(f, i);
          if (!t.planted) continue;
          const Eigen::Index c = static_cast<Eigen::Index>(i);
          const Vec3 place = t.ankle + t.foot * t.touch;
          moved.block<1, 3>(f, 3 * c) = (place - solver.touch(i, t.touch)).transpose();
          left(f, c) = solver.solve(i, t.touch, place, t.foot, state);
        }
        track.set(f, state);
      }
    };
  });
  const int fade = std::max(1, static_cast<int>(std::lround(kFade * fps)));
  for_blocks(n, kBlock, jobs, [&] {
    return [&, solver = LegSolver(body), state = State{}](int first, int last) mutable {
      for (int f = first; f < last; ++f) {
        bool loaded = false;
        for (size_t i = 0; i < legs; ++i) {
          if (foot(f, i).planted) continue;
          Vec3 shift = Vec3::Zero();
          for (const int way : {-1, 1}) {
            for (int d = 1; d <= fade; ++d) {
              const int g = f + way * d;
              if (g < 0 || g >= n) break;
              if (!foot(g, i).planted) continue;
              const double t = 1 - static_cast<double>(d) / (fade + 1);
              shift += t * t * (3 - 2 * t) *
                       moved.block<1, 3>(g, 3 * static_cast<Eigen::Index>(i)).transpose();
              break;
            }
          }
          if (shift.norm() < 1e-6) continue;
          if (!loaded) {
            track.get(f, state);
            solver.model().update(state);
            loaded = true;
          }
          solver.solve(i, Vec3::Zero(), solver.touch(i, Vec3::Zero()) + shift, solver.foot(i),
                       state);
        }
        if (loaded) track.set(f, state);
      }
    };
  });
  FootLockStats stats;
  for (int f = 0; f < n; ++f) {
    for (Eigen::Index i = 0; i < left.cols(); ++i)
      stats.moved = std::max(stats.moved, moved.block<1, 3>(f, 3 * i).norm());
  }
  stats.left = left.maxCoeff();
  return stats;
}

}  // namespace motus::retarget
