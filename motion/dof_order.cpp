#include "motion/dof_order.h"

#include <algorithm>
#include <numeric>

#include "motion/error.h"
#include "motion/metrics.h"
#include "motion/mirror.h"

namespace motus {

namespace {

/// Level by level, as PhysX numbers joints.
std::vector<int> breadth_first(const Skeleton& s) {
  std::vector<int> depth(static_cast<size_t>(s.body_count()), 0);
  for (size_t b = 1; b < depth.size(); ++b) {
    depth[b] = depth[static_cast<size_t>(s.bodies()[b].parent)] + 1;
  }
  std::vector<std::pair<int, int>> order;
  for (const Joint& j : s.joints()) {
    for (int k = 0; k < j.dof_count(); ++k) {
      order.emplace_back(depth[static_cast<size_t>(j.body)], j.dof + k);
    }
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<int> out;
  for (const auto& [level, dof] : order) out.push_back(dof);
  return out;
}

std::vector<int> inverse(const std::vector<int>& order) {
  std::vector<int> out(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    out[static_cast<size_t>(order[i])] = static_cast<int>(i);
  }
  return out;
}

std::vector<int> as_read(const Skeleton& s) {
  std::vector<int> out(static_cast<size_t>(s.dof_count()));
  std::iota(out.begin(), out.end(), 0);
  return out;
}

std::vector<int> sides_exchanged(const Skeleton& s) {
  try {
    return Symmetry::of(s).dof;
  } catch (const Error&) {
    return as_read(s);  // a robot without sides
  }
}

double share_outside(const Clip& clip, const std::vector<int>& column) {
  constexpr double kOutside = 0.1;  // rad
  Clip c = clip;
  for (size_t d = 0; d < column.size(); ++d) {
    c.dof_pos.col(static_cast<Eigen::Index>(d)) = clip.dof_pos.col(column[d]);
  }
  return (limit_excess(c).array() > kOutside).cast<double>().mean();
}

}  // namespace

std::optional<DofOrder> better_dof_order(const Clip& clip) {
  const Skeleton& s = *clip.skeleton;
  const double now = share_outside(clip, as_read(s));
  if (now < DofOrder::kShare) return std::nullopt;
  const std::vector<int> level = breadth_first(s);
  std::optional<DofOrder> best;
  double least = 0.1 * now;
  for (const auto& [name, column] : {std::pair{"left and right exchanged", sides_exchanged(s)},
                                     std::pair{"level by level (PhysX)", inverse(level)},
                                     std::pair{"limb by limb, read as level by level", level}}) {
    const double then = share_outside(clip, column);
    if (then >= least) continue;
    least = then;
    best = {name, column, now};
  }
  return best;
}

}  // namespace motus
