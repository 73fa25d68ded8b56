#pragma once
// A robot against itself: capsules of its bodies, and which pairs of them must keep apart.
#include <vector>

#include "retarget/body.h"
#include "retarget/model.h"

namespace motus::retarget {

/// Where two segments are nearest to each other.
struct Nearest {
  Vec3 a = Vec3::Zero(), b = Vec3::Zero();
  double distance = 0;
};
Nearest nearest_points(const Vec3& a0, const Vec3& a1, const Vec3& b0, const Vec3& b1);

/// Pairs of bodies that are not parent and child and that keep apart with all dofs zero and in the
/// default pose.
std::vector<CollisionPair> collision_pairs(const Robot& robot);

/// Two capsules that are near: world points on their axes, and the gap between their surfaces.
struct Contact {
  int body_a = 0, body_b = 0;
  Vec3 a = Vec3::Zero(), b = Vec3::Zero();
  double gap = 0;     ///< m, negative = overlapping
  double margin = 0;  ///< m, gap that they shall keep: a centimetre, or a fifth of the gap that
                      ///< they were built with where that is less
};

class Collider {
 public:
  explicit Collider(const RobotBody& body);

  /// Pairs whose gap is below `reach` in the pose that `model` shows, in a fixed order.
  const std::vector<Contact>& near(const Model& model, double reach);

 private:
  struct Near {
    size_t a, b;
    double far;  ///< m between their centres from which they do not touch
  };
  const std::vector<Capsule>& capsules_;
  const std::vector<CollisionPair>& pairs_;
  std::vector<Near> spheres_;  ///< of pairs_
  std::vector<Vec3> centres_;  ///< of capsules_, world
  std::vector<Contact> contacts_;
};

}  // namespace motus::retarget
