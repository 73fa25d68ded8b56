#pragma once
// Sampled bones as a tree, and which of them is the root that a motion wants.
#include "formats/scene/samples.h"

namespace motus::formats::scene {

/// Bones in depth-first order with the index of their parent bone.
struct Tree {
  std::vector<int> bones;
  std::vector<int> parents;

  int size() const { return static_cast<int>(bones.size()); }
  /// One past the last bone below `b`.
  int end_of(int b) const {
    int e = b + 1;
    while (e < size() && parents[static_cast<size_t>(e)] >= b) ++e;
    return e;
  }
};

Tree tree_of(const Scene& scene, std::vector<int> bones);

/// Where bone `b` > 0 sits in its parent's frame, m.
Vec3 offset(const Samples& samples, const Tree& tree, int frame, int b);

/// How a bone sits in its parent over all takes.
struct Seat {
  Vec3 mean = Vec3::Zero();
  double spread = 0;  ///< largest distance from the first, m
};

Seat seat_of(const std::vector<Samples>& takes, const Tree& tree, int b);

/// Where the topmost bone only carries the figure about, the bone that travels against it becomes
/// the root: what is above is folded into it, what hangs beside it is left out.
void fold_root(const Scene& scene, std::vector<Samples>& takes, Tree& tree, Source& source);

}  // namespace motus::formats::scene
