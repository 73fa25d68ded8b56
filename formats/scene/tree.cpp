#include "formats/scene/tree.h"

#include <algorithm>

#include "motion/error.h"

namespace motus::formats::scene {

namespace {

Vec3 position(const Samples& s, int f, int b) {
  return s.pos.block<1, 3>(f, 3 * b).transpose();
}

/// How far the bones reach from the root, m.
double size_of(const std::vector<Seat>& seats, const Tree& t) {
  std::vector<double> reach(seats.size(), 0);
  for (size_t b = 1; b < seats.size(); ++b) {
    reach[b] = reach[static_cast<size_t>(t.parents[b])] + seats[b].mean.norm();
  }
  return *std::max_element(reach.begin(), reach.end());
}

/// True if a limb hangs outside of bones [first, end): three joints in a row that keep their
/// distances. Handles for inverse kinematics have none.
bool has_limb_outside(const std::vector<Seat>& seats, const Tree& t, int first, int end,
                      double size) {
  std::vector<int> joints(seats.size(), 0);
  for (int b = 1; b < t.size(); ++b) {
    if (b >= first && b < end) continue;
    const auto i = static_cast<size_t>(b);
    const bool steady = seats[i].spread < 0.01 * size && seats[i].mean.norm() > 1e-3 * size;
    joints[i] = steady ? joints[static_cast<size_t>(t.parents[i])] + 1 : 0;
    if (joints[i] >= 3) return true;
  }
  return false;
}

/// The root proper where the topmost bone only carries the figure about, standing still or not: the
/// deepest bone that travels against its parent and has all limbs below it; 0 if it is the topmost.
int travelling_root(const std::vector<Samples>& takes, const Tree& t) {
  std::vector<Seat> seats(t.bones.size());
  for (int b = 1; b < t.size(); ++b) seats[static_cast<size_t>(b)] = seat_of(takes, t, b);
  const double size = size_of(seats, t);
  int found = 0;
  for (int b = 1; b < t.size(); ++b) {
    const bool travels = seats[static_cast<size_t>(b)].spread > 0.01 * size;
    if (travels && 2 * (t.end_of(b) - b) >= t.size() &&
        !has_limb_outside(seats, t, b, t.end_of(b), size)) {
      found = b;
    }
  }
  return found;
}

}  // namespace

Tree tree_of(const Scene& s, std::vector<int> bones) {
  std::vector<int> index(s.nodes.size(), -1);
  for (size_t b = 0; b < bones.size(); ++b)
    index[static_cast<size_t>(bones[b])] = static_cast<int>(b);
  Tree t{.bones = std::move(bones), .parents = {}};
  for (const int n : t.bones) {
    const int p = s.nodes[static_cast<size_t>(n)].parent;
    t.parents.push_back(p < 0 ? -1 : index[static_cast<size_t>(p)]);
  }
  if (!t.parents.empty()) t.parents[0] = -1;
  return t;
}

Vec3 offset(const Samples& s, const Tree& t, int f, int b) {
  const int p = t.parents[static_cast<size_t>(b)];
  return Clip::quat_at(s.rot, f, p).conjugate() * (position(s, f, b) - position(s, f, p));
}

Seat seat_of(const std::vector<Samples>& takes, const Tree& t, int b) {
  Seat out;
  double count = 0;
  const Vec3 first = offset(takes[0], t, 0, b);
  for (const Samples& s : takes) {
    for (int f = 0; f < s.pos.rows(); ++f) {
      const Vec3 o = offset(s, t, f, b);
      out.mean += o;
      out.spread = std::max(out.spread, (o - first).norm());
      ++count;
    }
  }
  out.mean /= count;
  return out;
}

void fold_root(const Scene& scene, std::vector<Samples>& takes, Tree& t, Source& source) {
  const int found = travelling_root(takes, t);
  if (found == 0) return;
  const int end = t.end_of(found);
  const auto name = [&](int b) {
    return scene.nodes[static_cast<size_t>(t.bones[static_cast<size_t>(b)])].name;
  };
  source.conversions.push_back(
      fmt::format("root '{}' folded into '{}', which travels against it", name(0), name(found)));
  int above = 0;
  for (int b = found; b > 0; b = t.parents[static_cast<size_t>(b)]) ++above;
  if (const int beside = t.size() - (end - found) - above; beside > 0) {
    source.warnings.push_back(fmt::format("{} bones beside '{}' left out", beside, name(found)));
  }
  for (Samples& s : takes) {
    s.pos = Frames(s.pos.middleCols(3 * found, 3 * (end - found)));
    s.rot = Frames(s.rot.middleCols(4 * found, 4 * (end - found)));
  }
  t = tree_of(scene, std::vector<int>(t.bones.begin() + found, t.bones.begin() + end));
}

}  // namespace motus::formats::scene
