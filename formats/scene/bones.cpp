// Which nodes of a scene are the skeleton.
#include <algorithm>

#include "formats/scene/scene.h"
#include "motion/error.h"

namespace motus::formats::scene {

namespace {

/// Nodes that nothing but a skeleton can be: declared bones, else whatever moves and is no prop.
std::vector<bool> seeds(const Scene& s) {
  std::vector<bool> out(s.nodes.size(), false);
  bool any = false;
  for (size_t n = 0; n < s.nodes.size(); ++n) {
    if (s.nodes[n].kind == Node::Kind::bone) out[n] = any = true;
  }
  if (any) return out;
  for (const Take& t : s.takes) {
    for (size_t n = 0; n < s.nodes.size(); ++n) {
      if (t.moves[n] && s.nodes[n].kind != Node::Kind::prop) out[n] = any = true;
    }
  }
  if (any) return out;
  // a scene whose meshes themselves move: rigid parts, as in a machine
  for (const Take& t : s.takes) {
    for (size_t n = 0; n < s.nodes.size(); ++n) {
      if (t.moves[n]) out[n] = true;
    }
  }
  return out;
}

/// Nodes in `subset` in depth-first order, children in the order of the file.
std::vector<int> depth_first(const Scene& s, int root, const std::vector<bool>& subset) {
  std::vector<std::vector<int>> children(s.nodes.size());
  for (size_t n = 0; n < s.nodes.size(); ++n) {
    if (s.nodes[n].parent >= 0) {
      children[static_cast<size_t>(s.nodes[n].parent)].push_back(static_cast<int>(n));
    }
  }
  std::vector<int> out, open{root};
  while (!open.empty()) {
    const int n = open.back();
    open.pop_back();
    if (!subset[static_cast<size_t>(n)]) continue;
    out.push_back(n);
    const auto& c = children[static_cast<size_t>(n)];
    open.insert(open.end(), c.rbegin(), c.rend());
  }
  return out;
}

}  // namespace

std::vector<int> find_bones(const Scene& s, std::vector<std::string>& warnings) {
  std::vector<bool> in = seeds(s);
  const size_t count = s.nodes.size();
  // seeds below each node, and the nodes between a seed and the seed above it
  std::vector<int> below(count, 0);
  std::vector<int> top(count, -1);  ///< the topmost seed at or above
  for (size_t n = 0; n < count; ++n) {
    const int p = s.nodes[n].parent;
    if (p >= 0) top[n] = top[static_cast<size_t>(p)];
    if (in[n] && top[n] < 0) top[n] = static_cast<int>(n);
  }
  for (size_t n = count; n-- > 0;) {
    below[n] += in[n] ? 1 : 0;
    if (s.nodes[n].parent >= 0) below[static_cast<size_t>(s.nodes[n].parent)] += below[n];
  }
  int root = -1, trees = 0;
  for (size_t n = 0; n < count; ++n) {
    if (top[n] != static_cast<int>(n)) continue;
    ++trees;
    if (root < 0 || below[n] > below[static_cast<size_t>(root)]) root = static_cast<int>(n);
  }
  if (root < 0) return {};
  const int all = std::count(in.begin(), in.end(), true), held = below[static_cast<size_t>(root)];
  // bones that hang side by side below one node belong together, unless one tree is nearly all of it
  if (trees > 1 && held < 0.75 * all) {
    int common = root;
    while (common >= 0 && below[static_cast<size_t>(common)] < all) {
      common = s.nodes[static_cast<size_t>(common)].parent;
    }
    if (common >= 0) root = common;
  }
  if (below[static_cast<size_t>(root)] < all) {
    warnings.push_back(fmt::format("{} of {} bones are not below '{}': left out",
                                   all - below[static_cast<size_t>(root)], all,
                                   s.nodes[static_cast<size_t>(root)].name));
  }
  for (size_t n = 0; n < count; ++n) {
    if (below[n] > 0 && !s.nodes[n].end_site) in[n] = true;
  }
  return depth_first(s, root, in);
}

}  // namespace motus::formats::scene
