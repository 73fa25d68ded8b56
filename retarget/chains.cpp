#include "retarget/chains.h"

#include <algorithm>

#include "retarget/tree.h"

namespace motus::retarget {

namespace {

constexpr double kAlike = 0.85;
constexpr double kShort = 0.3;   // of the longest pair's reach
constexpr double kPoint = 0.03;  // of a chain's reach: joints this near are one place
constexpr double kGroup = 0.2;   // of a chain's reach: hinges of one ankle or wrist

size_t z(int i) {
  return static_cast<size_t>(i);
}

class Chains {
 public:
  Chains(const Skeleton& s, const BodyPoses& pose) : s_(s), pose_(pose), below_(children(s)) {
    const size_t n = s.bodies().size();
    reach_.assign(n, 0);
    bodies_.assign(n, 1);
    tip_.assign(n, nullptr);
    for (const EndSite& e : s.end_sites()) {
      if (e.pos.norm() <= reach_[z(e.body)]) continue;
      reach_[z(e.body)] = e.pos.norm();
      tip_[z(e.body)] = &e;
    }
    for (size_t b = n; b-- > 1;) {
      const size_t p = z(s.bodies()[b].parent);
      bodies_[p] += bodies_[b];
      reach_[p] = std::max(reach_[p], reach_[b] + s.bodies()[b].rest_pos.norm());
    }
  }

  Chain from(int at, int child) const {
    Chain c;
    c.at = at;
    c.reach = reach_[z(child)];
    c.bodies = bodies_[z(child)];
    for (int b = child; b >= 0;) {
      c.path.push_back(b);
      c.points.push_back(pose_.pos[z(b)]);
      const EndSite* tip = tip_[z(b)];
      int next = -1;
      double best = tip ? tip->pos.norm() : 0;
      for (const int k : below_[z(b)]) {
        const double r = reach_[z(k)] + s_.bodies()[z(k)].rest_pos.norm();
        if (r >= best) best = r, next = k;
      }
      if (next < 0 && tip) c.points.push_back(pose_.pos[z(b)] + pose_.rot[z(b)] * tip->pos);
      b = next;
    }
    return c;
  }

  std::vector<ChainPair> pairs() const {
    std::vector<ChainPair> out;
    for (size_t at = 0; at < below_.size(); ++at) {
      std::vector<ChainPair> here;
      const std::vector<int>& kids = below_[at];
      for (size_t i = 0; i < kids.size(); ++i) {
        for (size_t j = i + 1; j < kids.size(); ++j) {
          const double alike = likeness(kids[i], kids[j]);
          if (alike > kAlike)
            here.push_back(
                {from(static_cast<int>(at), kids[i]), from(static_cast<int>(at), kids[j]), alike});
        }
      }
      // each chain in one pair only: the one it is most alike in
      std::stable_sort(here.begin(), here.end(), [&](const ChainPair& p, const ChainPair& q) {
        return p.alike + side_by_side(p) > q.alike + side_by_side(q);
      });
      std::vector<int> used;
      for (ChainPair& p : here) {
        const int a = p.a.path[0], b = p.b.path[0];
        if (std::count(used.begin(), used.end(), a) || std::count(used.begin(), used.end(), b))
          continue;
        used.push_back(a);
        used.push_back(b);
        out.push_back(std::move(p));
      }
    }
    return out;
  }

 private:
  double likeness(int a, int b) const {
    const double ra = reach_[z(a)], rb = reach_[z(b)];
    if (std::min(ra, rb) <= 0) return 0;
    const double n = bodies_[z(a)], m = bodies_[z(b)];
    return 0.7 * std::min(ra, rb) / std::max(ra, rb) + 0.3 * std::min(n, m) / std::max(n, m);
  }

  /// Of four equal legs, left and right make a pair and not front and rear: a robot's lie beside
  /// each other along y.
  double side_by_side(const ChainPair& p) const {
    if (s_.kind() != SkeletonKind::robot) return 0;
    const Vec3 d = p.a.points[0] - p.b.points[0];
    return d.norm() > 0 ? std::abs(d.y()) / d.norm() : 0;
  }

  const Skeleton& s_;
  const BodyPoses& pose_;
  std::vector<std::vector<int>> below_;
  std::vector<double> reach_;
  std::vector<int> bodies_;
  std::vector<const EndSite*> tip_;
};

/// Joints that move: the bodies of a chain that have any.
std::vector<int> jointed(const Skeleton& s, const Chain& c) {
  std::vector<int> out;
  for (const int b : c.path) {
    const auto [first, last] = s.joints_of(b);
    if (last > first) out.push_back(b);
  }
  return out;
}

Limb split_hinges(const Skeleton& s, const BodyPoses& pose, const Chain& c,
                  const std::vector<int>& moving) {
  Limb out;
  std::vector<Vec3> seen;
  size_t middle = 0;
  for (size_t i = 0; i < moving.size() && !middle; ++i) {
    const auto [first, last] = s.joints_of(moving[i]);
    for (int j = first; j < last; ++j) {
      const Vec3 axis = pose.rot[z(moving[i])] * s.joints()[z(j)].axis;
      Vec3 rest = axis;
      for (const Vec3& k : seen) rest -= rest.dot(k) * k;
      if (rest.norm() < 0.35 && i > 0) {
        middle = i;
        break;
      }
      if (rest.norm() >= 0.35) seen.push_back(rest.normalized());
    }
  }
  if (!middle) return out;
  out.first = moving[0];
  out.upper = moving[middle - 1];
  out.lower = moving[middle];
  const std::vector<std::vector<int>> below = children(s);
  const Vec3 start = middle + 1 < moving.size() ? pose.pos[z(moving[middle + 1])] : Vec3::Zero();
  for (size_t i = middle + 1; i < moving.size() && i < middle + 4; ++i) {
    if ((pose.pos[z(moving[i])] - start).norm() > kGroup * c.reach) break;
    out.end = moving[i];
    if (below[z(moving[i])].size() > 1) break;
  }
  if (out.end < 0) {
    // no joint beyond the middle: a fixed body at the end, or the lower body's own tip
    const int last = c.path.back();
    const bool far = (pose.pos[z(last)] - pose.pos[z(out.lower)]).norm() > 0.15 * c.reach;
    out.end = far ? last : out.lower;
  }
  return out;
}

Limb split_balls(const Chain& c) {
  // places along the chain, each with the first and the last body that lies there
  struct Place {
    Vec3 at;
    int first, last;
  };
  std::vector<Place> places;
  for (size_t i = 0; i < c.points.size(); ++i) {
    const int body = i < c.path.size() ? c.path[i] : -1;
    if (!places.empty() && (c.points[i] - places.back().at).norm() < kPoint * c.reach) {
      if (body >= 0) places.back().last = body;
      continue;
    }
    places.push_back({c.points[i], body, body});
  }
  Limb out;
  double best = 0;
  for (size_t i = 0; i + 2 < places.size(); ++i) {
    const double shorter = std::min((places[i + 1].at - places[i].at).norm(),
                                    (places[i + 2].at - places[i + 1].at).norm());
    // fingers and toes grow shorter outwards: a clear gain is needed to go further out
    if (shorter < 1.05 * best) continue;
    best = shorter;
    out.first = c.path[0];
    out.upper = places[i].last;
    out.lower = places[i + 1].last;
    out.end = places[i + 2].first >= 0 ? places[i + 2].first : out.lower;
    out.after = i + 3 < places.size() ? places[i + 3].first : -1;
  }
  return out;
}

}  // namespace

std::vector<ChainPair> mirror_pairs(const Skeleton& s, const BodyPoses& pose) {
  std::vector<ChainPair> all = Chains(s, pose).pairs();
  std::stable_sort(all.begin(), all.end(), [](const ChainPair& p, const ChainPair& q) {
    return p.a.reach + p.b.reach > q.a.reach + q.b.reach;
  });
  std::vector<ChainPair> out;
  for (ChainPair& p : all) {
    const bool inside = std::any_of(out.begin(), out.end(), [&](const ChainPair& q) {
      return above(s, q.a.path[0], p.a.at) || above(s, q.b.path[0], p.a.at);
    });
    if (inside || (!out.empty() && p.a.reach < kShort * out[0].a.reach)) continue;
    out.push_back(std::move(p));
  }
  return out;
}

Limb split(const Skeleton& s, const BodyPoses& pose, const Chain& chain) {
  const std::vector<int> moving = jointed(s, chain);
  const bool hinges = !moving.empty() && std::all_of(moving.begin(), moving.end(), [&](int b) {
    const auto [first, last] = s.joints_of(b);
    return s.joints()[z(first)].type == JointType::hinge;
  });
  return hinges ? split_hinges(s, pose, chain, moving) : split_balls(chain);
}

}  // namespace motus::retarget
