#include "retarget/guard.h"

#include <algorithm>
#include <cmath>

#include "retarget/ik.h"

namespace motus::retarget {

namespace {

constexpr double kGrid = 0.15;      // rad between the angles of the first hinge
constexpr double kNearAxis = 0.75;  // cosine of arm and first axis from which a guide is needed
constexpr double kRaised = 0.2;     // sine of an arm above the shoulder, likewise
constexpr double kDirection = 2;    // square roots of weights, as in Weights
constexpr double kElbow = 0.5;
constexpr double kMove = 0.07;         // s, per rad/s
constexpr double kTooFast = 100;       // per rad^2 beyond what the hinges can do
constexpr double kMiddle = 0.05;       // per rad from the middle of the range
constexpr double kSlowest = 1.0 / 15;  // s between frames that are looked at, at least

/// The turn about `axis` that brings `from` nearest to `to`.
double turn_about(const Vec3& axis, const Vec3& from, const Vec3& to) {
  return std::atan2(axis.dot(from.cross(to)), from.dot(to) - axis.dot(from) * axis.dot(to));
}

/// `angle` by whole turns into the range, or the nearer of its ends.
double into(double angle, double lower, double upper) {
  const double middle = 0.5 * (lower + upper);
  return std::clamp(middle + std::remainder(angle - middle, 2 * M_PI), lower, upper);
}

/// What a shoulder is asked for in one frame, in the trunk.
struct Asked {
  Vec3 arm, elbow;
  double bend;  ///< sine, of the elbow
};

struct Node {
  Eigen::Vector3d q;
  double cost;  ///< of the best way here
};

class Guide {
 public:
  Guide(const Shoulder& s, double dt, double top) : s_(s), dt_(dt), most_(top * dt) {
    const int n = 1 + static_cast<int>(std::ceil((s.upper[0] - s.lower[0]) / kGrid));
    for (int k = 0; k < n; ++k)
      first_.push_back(s.lower[0] + (s.upper[0] - s.lower[0]) * k / std::max(1, n - 1));
    now_.resize(first_.size());
  }

  void add(const Asked& asked) {
    before_.swap(now_);
    now_.clear();
    for (const double q1 : first_) now_.push_back(fit(q1, asked));
    if (frames_++ > 0) connect();
  }

  /// The best way through all frames, which are asked for once more: asked(frame).
  template <typename Ask>
  std::vector<Vec3> path(const Ask& asked) const {
    std::vector<Vec3> out(frames_);
    const auto less = [](const Node& a, const Node& b) { return a.cost < b.cost; };
    size_t k = static_cast<size_t>(std::min_element(now_.begin(), now_.end(), less) - now_.begin());
    for (size_t f = frames_; f-- > 0;) {
      out[f] = fit(first_[k], asked(f)).q;
      if (f > 0) k = from_[(f - 1) * first_.size() + k];
    }
    return out;
  }

 private:
  Node fit(double q1, const Asked& asked) const {
    const auto& [arm, elbow, bend] = asked;
    const auto turn = [](double angle, const Vec3& axis) {
      return Quat(Eigen::AngleAxisd(angle, axis));
    };
    const Quat r1 = turn(q1, s_.axes[0]), back = r1.conjugate();
    // the third hinge turns about the arm, or nearly so
    const Vec3 along = s_.arm.dot(s_.axes[2]) > 0 ? s_.axes[2] : Vec3(-s_.axes[2]);
    const double q2 = into(turn_about(s_.axes[1], along, back * arm), s_.lower[1], s_.upper[1]);
    const Quat r2 = turn(q2, s_.axes[1]);
    const double q3 = into(turn_about(s_.axes[2], s_.elbow, r2.conjugate() * (back * elbow)),
                           s_.lower[2], s_.upper[2]);
    const Quat r = r1 * r2 * turn(q3, s_.axes[2]);
    const double across = kElbow * kElbow + kDirection * kDirection * bend * bend;
    const Eigen::Vector3d q(q1, q2, q3);
    const Eigen::Vector3d off = q - 0.5 * (s_.lower + s_.upper);
    return {q, kDirection * kDirection * (r * s_.arm - arm).squaredNorm() +
                   across * (r * s_.elbow - elbow).squaredNorm() +
                   kMiddle * kMiddle * off.squaredNorm()};
  }

  void connect() {
    const double w = kMove * kMove / (dt_ * dt_);
    for (Node& n : now_) {
      double best = 1e300;
      size_t from = 0;
      for (size_t k = 0; k < before_.size(); ++k) {
        const Eigen::Vector3d step = n.q - before_[k].q;
        const double over = std::max(0.0, step.cwiseAbs().maxCoeff() - most_);
        const double cost = before_[k].cost + w * step.squaredNorm() + kTooFast * over * over;
        if (cost < best) best = cost, from = k;
      }
      n.cost += best;
      from_.push_back(static_cast<unsigned char>(from));
    }
  }

  const Shoulder& s_;
  double dt_, most_;
  std::vector<double> first_;
  std::vector<Node> before_, now_;
  std::vector<unsigned char> from_;  ///< (F - 1, grid) node of the frame before
  size_t frames_ = 0;
};

}  // namespace

std::optional<Shoulder> shoulder(const RobotBody& body, size_t i) {
  const Arm& arm = body.rig.arms[i];
  const Skeleton& s = *body.robot.skeleton;
  const int trunk = body.rig.chest >= 0 ? body.rig.chest : body.rig.pelvis;
  std::vector<const Joint*> joints;
  for (int b = arm.upper; b > trunk; b = s.bodies()[static_cast<size_t>(b)].parent) {
    const auto [first, last] = s.joints_of(b);
    for (int j = last; j-- > first;) joints.push_back(&s.joints()[static_cast<size_t>(j)]);
  }
  const auto hinge = [](const Joint* j) { return j->type == JointType::hinge; };
  if (joints.size() != 3 || !std::all_of(joints.begin(), joints.end(), hinge)) return {};
  Shoulder out;
  for (size_t k = 0; k < 3; ++k) {
    const Joint& j = *joints[2 - k];
    const Eigen::Index d = static_cast<Eigen::Index>(k);
    out.dofs[k] = j.dof;
    out.axes[k] = body.zero.rot[static_cast<size_t>(j.body)] * j.axis;
    // hinges without limits need not be wound up
    out.lower[d] = std::max(s.dofs()[static_cast<size_t>(j.dof)].lower, -2 * M_PI);
    out.upper[d] = std::min(s.dofs()[static_cast<size_t>(j.dof)].upper, 2 * M_PI);
  }
  constexpr double kSquare = 0.3;
  if (std::abs(out.axes[0].dot(out.axes[1])) > kSquare ||
      std::abs(out.axes[1].dot(out.axes[2])) > kSquare)
    return {};
  const Vec3 upper = body.zero.at(arm.elbow) - body.zero.at(arm.shoulder);
  out.arm = upper.normalized();
  if (std::abs(out.arm.dot(out.axes[2])) < 1 - kSquare) return {};
  out.elbow = body.zero.rot[static_cast<size_t>(arm.upper)] *
              bend_axis(s, body.zero, arm.upper, arm.lower, upper, false);
  return out;
}

GuardStats guide_shoulders(const RobotBody& body, double fps, std::span<Target> targets) {
  GuardStats stats;
  const Eigen::VectorXd top = top_speeds(body.robot);
  const size_t step = std::max<size_t>(1, static_cast<size_t>(kSlowest * fps));
  for (size_t i = 0; i < body.rig.arms.size(); ++i) {
    const std::optional<Shoulder> s = shoulder(body, i);
    if (!s) continue;
    const auto in_trunk = [&](const Target& t, const Vec3& v) {
      return Vec3((body.rig.chest >= 0 ? t.chest : t.pelvis).conjugate() * v);
    };
    const bool needed = std::any_of(targets.begin(), targets.end(), [&](const Target& t) {
      const Vec3 arm = in_trunk(t, t.arms[i].upper);
      return std::abs(arm.dot(s->axes[0])) > kNearAxis || arm.z() > kRaised;
    });
    if (!needed) continue;
    ++stats.arms;
    Guide guide(*s, static_cast<double>(step) / fps, top[s->dofs[0]]);
    const auto asked = [&](size_t k) {
      const Target& t = targets[k * step];
      const ArmPose& a = t.arms[i];
      return Asked{in_trunk(t, a.upper), in_trunk(t, a.elbow_axis), a.upper.cross(a.lower).norm()};
    };
    for (size_t k = 0; k * step < targets.size(); ++k) guide.add(asked(k));
    const std::vector<Vec3> way = guide.path(asked);
    for (size_t f = 0; f < targets.size(); ++f) {
      const size_t k = f / step, next = std::min(k + 1, way.size() - 1);
      const double t = static_cast<double>(f % step) / static_cast<double>(step);
      targets[f].shoulders[i] = (1 - t) * way[k] + t * way[next];
    }
  }
  return stats;
}

}  // namespace motus::retarget
