#include <algorithm>
#include <map>

#include "motion/kinematics.h"
#include "retarget/measure_parts.h"

namespace motus::retarget {

namespace {

constexpr double kDeep = 0.005;  // m

struct World {
  std::vector<Vec3> a, b, centre;
};

void place(const std::vector<Capsule>& capsules, const BodyPoses& p, World& w) {
  w.a.resize(capsules.size());
  w.b.resize(capsules.size());
  w.centre.resize(capsules.size());
  for (size_t i = 0; i < capsules.size(); ++i) {
    const Capsule& c = capsules[i];
    const size_t body = static_cast<size_t>(c.body);
    w.a[i] = p.pos[body] + p.rot[body] * c.a;
    w.b[i] = p.pos[body] + p.rot[body] * c.b;
    w.centre[i] = 0.5 * (w.a[i] + w.b[i]);
  }
}

double depth(const std::vector<Capsule>& c, const World& w, int i, int j) {
  const size_t a = static_cast<size_t>(i), b = static_cast<size_t>(j);
  const double near = c[a].radius + c[b].radius;
  const double reach = near + 0.5 * ((c[a].b - c[a].a).norm() + (c[b].b - c[b].a).norm());
  if ((w.centre[a] - w.centre[b]).squaredNorm() > reach * reach) return 0;
  return std::max(0.0, near - segment_distance(w.a[a], w.b[a], w.a[b], w.b[b]));
}

}  // namespace

double segment_distance(const Vec3& a0, const Vec3& a1, const Vec3& b0, const Vec3& b1) {
  // Ericson, Real-Time Collision Detection, 5.1.9: clamp one parameter, solve for the other
  const Vec3 u = a1 - a0, v = b1 - b0, w = a0 - b0;
  const double a = u.squaredNorm(), e = v.squaredNorm(), b = u.dot(v), c = u.dot(w), f = v.dot(w);
  const double tiny = 1e-14;
  double s = 0, t = 0;
  if (a > tiny && e > tiny) {
    const double d = a * e - b * b;
    s = d > tiny * a * e ? std::clamp((b * f - c * e) / d, 0.0, 1.0) : 0.0;
    t = (b * s + f) / e;
    if (t < 0 || t > 1) {
      t = std::clamp(t, 0.0, 1.0);
      s = std::clamp((b * t - c) / a, 0.0, 1.0);
    }
  } else if (a > tiny) {
    s = std::clamp(-c / a, 0.0, 1.0);
  } else if (e > tiny) {
    t = std::clamp(f / e, 0.0, 1.0);
  }
  return (w + s * u - t * v).norm();
}

std::vector<std::pair<int, int>> collision_pairs(const RobotBody& body) {
  const std::vector<Capsule>& capsules = body.robot.capsules;
  const Skeleton& s = *body.robot.skeleton;
  std::vector<World> poses(2);
  BodyPoses p;
  std::vector<Quat> rotations(static_cast<size_t>(s.body_count()), Quat::Identity());
  for (World& w : poses) {
    forward(s, Vec3::Zero(), Quat::Identity(), rotations, p);
    place(capsules, p, w);
    for (int b = 1; b < s.body_count(); ++b)
      rotations[static_cast<size_t>(b)] = joint_rotation(s, b, body.robot.default_dofs.data());
  }
  const auto parent = [&](int b) { return b < 0 ? -1 : s.bodies()[static_cast<size_t>(b)].parent; };
  // two links on are still the same hip or shoulder, whose hinges sit on bodies of their own
  const auto near = [&](int a, int b) {
    return a == b || parent(a) == b || parent(parent(a)) == b;
  };
  std::vector<std::pair<int, int>> out;
  for (int i = 0; i < static_cast<int>(capsules.size()); ++i) {
    for (int j = i + 1; j < static_cast<int>(capsules.size()); ++j) {
      const int a = capsules[static_cast<size_t>(i)].body,
                b = capsules[static_cast<size_t>(j)].body;
      if (near(a, b) || near(b, a)) continue;
      if (depth(capsules, poses[0], i, j) > 0 || depth(capsules, poses[1], i, j) > 0) continue;
      out.emplace_back(i, j);
    }
  }
  return out;
}

void measure_collisions(const Clip& clip, const RobotBody& body, Measured& out) {
  const std::vector<Capsule>& capsules = body.robot.capsules;
  const std::vector<std::pair<int, int>> pairs = collision_pairs(body);
  out.timeline.collision.assign(static_cast<size_t>(clip.frames()), 0);
  World w;
  std::map<std::pair<int, int>, int> counts;  // of bodies
  Mean deep;
  for (int f = 0; f < clip.frames(); ++f) {
    place(capsules, forward(clip, f), w);
    double& worst = out.timeline.collision[static_cast<size_t>(f)];
    for (const auto& [i, j] : pairs) {
      const double d = depth(capsules, w, i, j);
      worst = std::max(worst, d);
      if (d > kDeep)
        ++counts[{capsules[static_cast<size_t>(i)].body, capsules[static_cast<size_t>(j)].body}];
    }
    if (worst > kDeep) deep.add(worst);
  }
  out.metrics.collision_share = static_cast<double>(deep.n) / std::max(1, clip.frames());
  out.metrics.collision_mean = deep.value();
  int most = 0;
  const std::vector<Body>& bodies = clip.skeleton->bodies();
  for (const auto& [pair, count] : counts) {
    if (count <= most) continue;
    most = count;
    out.metrics.collision_pair = bodies[static_cast<size_t>(pair.first)].name + " and " +
                                 bodies[static_cast<size_t>(pair.second)].name;
  }
}

}  // namespace motus::retarget
