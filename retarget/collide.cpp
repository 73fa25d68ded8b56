#include "retarget/collide.h"

#include <algorithm>

namespace motus::retarget {

namespace {

constexpr double kMargin = 0.01;  // m
// of the gap that two bodies were built with: thighs and hips must be free to come close, or
// nothing crouches as deep as its source
constexpr double kMarginShare = 0.2;

size_t z(int i) {
  return static_cast<size_t>(i);
}

}  // namespace

Nearest nearest_points(const Vec3& a0, const Vec3& a1, const Vec3& b0, const Vec3& b1) {
  // Ericson, Real-Time Collision Detection, 5.1.9: clamp one parameter, solve for the other
  const Vec3 u = a1 - a0, v = b1 - b0, w = a0 - b0;
  const double uu = u.squaredNorm(), vv = v.squaredNorm(), uv = u.dot(v);
  const double uw = u.dot(w), vw = v.dot(w);
  constexpr double kPoint = 1e-14;  // squared length of a segment that is a point
  double s = 0, t = 0;
  if (uu > kPoint && vv > kPoint) {
    const double d = uu * vv - uv * uv;
    s = d > kPoint * uu * vv ? std::clamp((uv * vw - uw * vv) / d, 0.0, 1.0) : 0.0;
    t = (uv * s + vw) / vv;
    if (t < 0 || t > 1) {
      t = std::clamp(t, 0.0, 1.0);
      s = std::clamp((uv * t - uw) / uu, 0.0, 1.0);
    }
  } else if (uu > kPoint) {
    s = std::clamp(-uw / uu, 0.0, 1.0);
  } else if (vv > kPoint) {
    t = std::clamp(vw / vv, 0.0, 1.0);
  }
  Nearest n{a0 + s * u, b0 + t * v, 0};
  n.distance = (n.b - n.a).norm();
  return n;
}

std::vector<CollisionPair> collision_pairs(const Robot& robot) {
  const std::vector<Capsule>& capsules = robot.capsules;
  const Skeleton& s = *robot.skeleton;
  Model zero(robot.skeleton), normal(robot.skeleton);
  State state;
  state.dofs = Eigen::VectorXd::Zero(s.dof_count());
  zero.update(state);
  state.dofs = Eigen::Map<const Eigen::VectorXd>(robot.default_dofs.data(), s.dof_count());
  normal.update(state);
  const auto gap = [](const Model& m, const Capsule& a, const Capsule& b) {
    return nearest_points(m.at(a.body, a.a), m.at(a.body, a.b), m.at(b.body, b.a),
                          m.at(b.body, b.b))
               .distance -
           a.radius - b.radius;
  };
  const auto parent = [&](int b) { return s.bodies()[z(b)].parent; };
  std::vector<CollisionPair> out;
  for (size_t i = 0; i < capsules.size(); ++i) {
    for (size_t j = i + 1; j < capsules.size(); ++j) {
      const Capsule &a = capsules[i], &b = capsules[j];
      if (a.body == b.body || parent(a.body) == b.body || parent(b.body) == a.body) continue;
      const double least = std::min(gap(zero, a, b), gap(normal, a, b));
      if (least > 0) out.push_back({static_cast<int>(i), static_cast<int>(j), least});
    }
  }
  return out;
}

Collider::Collider(const RobotBody& body)
    : capsules_(body.robot.capsules), pairs_(body.pairs), centres_(capsules_.size()) {
  const auto reach = [&](int i) {
    const Capsule& c = capsules_[z(i)];
    return 0.5 * (c.b - c.a).norm() + c.radius;
  };
  for (const CollisionPair& p : pairs_)
    spheres_.push_back({z(p.a), z(p.b), reach(p.a) + reach(p.b)});
}

const std::vector<Contact>& Collider::near(const Model& model, double reach) {
  contacts_.clear();
  for (size_t i = 0; i < capsules_.size(); ++i)
    centres_[i] = model.at(capsules_[i].body, 0.5 * (capsules_[i].a + capsules_[i].b));
  for (size_t i = 0; i < spheres_.size(); ++i) {
    const Near& s = spheres_[i];
    const double far = s.far + reach;
    if ((centres_[s.a] - centres_[s.b]).squaredNorm() > far * far) continue;
    const Capsule &a = capsules_[s.a], &b = capsules_[s.b];
    const Nearest n = nearest_points(model.at(a.body, a.a), model.at(a.body, a.b),
                                     model.at(b.body, b.a), model.at(b.body, b.b));
    const double gap = n.distance - a.radius - b.radius;
    if (gap < reach && n.distance > 1e-9)
      contacts_.push_back(
          {a.body, b.body, n.a, n.b, gap, std::min(kMargin, kMarginShare * pairs_[i].gap)});
  }
  return contacts_;
}

}  // namespace motus::retarget
