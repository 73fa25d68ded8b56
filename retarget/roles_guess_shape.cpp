#include <algorithm>
#include <limits>

#include "retarget/chains.h"
#include "retarget/roles_guess.h"
#include "retarget/tree.h"

namespace motus::retarget {

namespace {

constexpr double kSameLevel =
    0.2;  // of the height: feet of a quadruped end this near to each other

size_t z(int i) {
  return static_cast<size_t>(i);
}

Vec3 flat(const Vec3& v) {
  return {v.x(), v.y(), 0};
}

struct Seen {
  const ChainPair* pair = nullptr;
  Limb a, b;
  double tip = 0;  ///< m, height of its ends
};

/// Where a leg pair's body looks, across the line between the legs; zero if it does not show.
Vec3 facing(const BodyPoses& pose, const Seen& legs) {
  const Vec3 across = flat(pose.pos[z(legs.a.upper)] - pose.pos[z(legs.b.upper)]);
  if (across.norm() < 1e-6) return Vec3::Zero();
  Vec3 toes = Vec3::Zero(), knees = Vec3::Zero();
  for (const auto& [limb, chain] :
       {std::pair(legs.a, &legs.pair->a), std::pair(legs.b, &legs.pair->b)}) {
    const Vec3& hip = pose.pos[z(limb.upper)];
    const Vec3& knee = pose.pos[z(limb.lower)];
    const Vec3& ankle = pose.pos[z(limb.end)];
    toes += flat(chain->points.back() - ankle);
    knees += flat(knee - 0.5 * (hip + ankle));
  }
  const Vec3 side = across.normalized();
  for (const auto& [v, least] : {std::pair(toes, 0.05), std::pair(knees, 0.04)}) {
    const Vec3 ahead = v - v.dot(side) * side;
    if (ahead.norm() > least * legs.pair->a.reach) return ahead.normalized();
  }
  return Vec3::Zero();
}

/// Names the two limbs of a pair left and right, then their parts.
void put_pair(const Seen& seen, const BodyPoses& pose, const Vec3& left, const std::string& end,
              const std::array<const char*, 5>& parts, double confidence, Found& found) {
  const double side = (pose.pos[z(seen.a.upper)] - pose.pos[z(seen.b.upper)]).dot(left);
  for (const bool first : {true, false}) {
    const Limb& limb = first ? seen.a : seen.b;
    const std::string w = end + ((side > 0) == first ? "left_" : "right_");
    const int bodies[] = {limb.first == limb.upper ? -1 : limb.first, limb.upper, limb.lower,
                          limb.end, limb.after};
    for (size_t i = 0; i < 5; ++i) {
      if (parts[i]) put(found, w + parts[i], bodies[i], confidence, "shape");
    }
  }
}

constexpr std::array<const char*, 5> kLeg = {nullptr, "upper_leg", "lower_leg", "foot", "toe"};
constexpr std::array<const char*, 5> kArm = {"clavicle", "upper_arm", "lower_arm", "hand", nullptr};
constexpr std::array<const char*, 5> kCorner = {"hip", "thigh", "calf", "foot", nullptr};

double confidence(const ChainPair& p) {
  return 0.7 * p.alike;
}

void put_head(const Skeleton& s, const BodyPoses& pose, const Seen& arms, Found& found) {
  const int chest = arms.pair->a.at;
  int best = -1;
  double highest = pose.pos[z(chest)].z();
  for (size_t b = z(chest) + 1; b < s.bodies().size(); ++b) {
    const int body = static_cast<int>(b);
    if (!above(s, chest, body) || above(s, arms.pair->a.path[0], body) ||
        above(s, arms.pair->b.path[0], body))
      continue;
    if (pose.pos[b].z() > highest) highest = pose.pos[b].z(), best = body;
  }
  if (best < 0) return;
  const std::vector<int> way = path(s, chest, best);
  put(found, "head", way.size() > 2 ? way[way.size() - 2] : way.back(), 0.5, "shape");
  if (way.size() > 1) put(found, "neck", way[0], 0.5, "shape");
}

}  // namespace

ShapeGuess guess_by_shape(const Skeleton& s, const BodyPoses& pose) {
  ShapeGuess out;
  const std::vector<ChainPair> pairs = mirror_pairs(s, pose);
  double low = std::numeric_limits<double>::max(), high = -low;
  for (const Vec3& p : pose.pos) low = std::min(low, p.z()), high = std::max(high, p.z());
  std::vector<Seen> seen;
  for (const ChainPair& p : pairs) {
    Seen v{&p, split(s, pose, p.a), split(s, pose, p.b),
           0.5 * (p.a.points.back().z() + p.b.points.back().z())};
    low = std::min(low, v.tip);
    if (v.a.upper >= 0 && v.b.upper >= 0) seen.push_back(v);
  }
  const double height = high - low;
  if (seen.empty() || height <= 0) {
    out.doubt = "no two chains of bodies are alike enough to be legs";
    return out;
  }
  std::stable_sort(seen.begin(), seen.end(),
                   [](const Seen& a, const Seen& b) { return a.tip < b.tip; });
  // the lowest long pair; skirts and coats end higher
  const Seen legs = seen[0];
  const auto other = std::find_if(seen.begin() + 1, seen.end(), [&](const Seen& v) {
    return v.pair->a.reach > 0.35 * legs.pair->a.reach &&
           !above(s, legs.pair->a.path[0], v.pair->a.at) &&
           !above(s, legs.pair->b.path[0], v.pair->a.at);
  });
  const bool robot = s.kind() == SkeletonKind::robot;
  if (other != seen.end()) {
    const Vec3 between = 0.5 * (pose.pos[z(other->a.upper)] + pose.pos[z(other->b.upper)] -
                                pose.pos[z(legs.a.upper)] - pose.pos[z(legs.b.upper)]);
    const bool level = other->tip - legs.tip < kSameLevel * height;
    const bool lying = std::abs(between.z()) < 0.5 * flat(between).norm();
    out.quadruped = level && lying && other->pair->a.reach > 0.6 * legs.pair->a.reach;
    if (out.quadruped) {
      // front: robots look along x; of animals the front legs hang further from the root
      const bool first_is_front = robot ? between.x() < 0 : legs.pair->a.at > other->pair->a.at;
      if (!robot && legs.pair->a.at == other->pair->a.at) {
        out.doubt = "it has four legs on one body: which are in front does not show";
        return out;
      }
      const Vec3 ahead = robot ? Vec3::UnitX() : Vec3((first_is_front ? -1 : 1) * flat(between));
      const Vec3 left = Vec3::UnitZ().cross(ahead).normalized();
      put_pair(legs, pose, left, first_is_front ? "front_" : "rear_", kCorner,
               confidence(*legs.pair), out.found);
      put_pair(*other, pose, left, first_is_front ? "rear_" : "front_", kCorner,
               confidence(*other->pair), out.found);
      return out;
    }
  }
  const Vec3 ahead = robot ? Vec3::UnitX() : facing(pose, legs);
  if (ahead.norm() < 0.5) {
    out.doubt = "its legs are alike, but neither toes nor knees show which is the left one";
    return out;
  }
  const Vec3 left = Vec3::UnitZ().cross(ahead);
  put_pair(legs, pose, left, "", kLeg, confidence(*legs.pair), out.found);
  if (other != seen.end()) {
    put_pair(*other, pose, left, "", kArm, confidence(*other->pair), out.found);
    put_head(s, pose, *other, out.found);
  }
  return out;
}

}  // namespace motus::retarget
