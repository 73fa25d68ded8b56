#include "formats/body_order.h"

#include <algorithm>
#include <limits>

#include "motion/error.h"
#include "motion/kinematics.h"

namespace motus::formats {

namespace {

constexpr int kSamples = 24;  // frames that are compared

bool has_joint(const Skeleton& s, int body) {
  const auto [first, last] = s.joints_of(body);
  return first != last;
}

/// Mean distance of stored bodies from kinematics, m; `reading` names the columns.
double distance(const Skeleton& s, const Frames& dofs, const Frames& pos, const Frames& rot,
                const std::vector<int>& dof_of, const std::vector<int>& body_of) {
  const int frames = static_cast<int>(dofs.rows());
  const int step = std::max(1, frames / kSamples);
  std::vector<Quat> joints(static_cast<size_t>(s.body_count()));
  std::vector<double> values(dof_of.size());
  BodyPoses poses;
  double sum = 0;
  int count = 0;
  for (int f = 0; f < frames; f += step) {
    for (size_t i = 0; i < dof_of.size(); ++i) {
      values[static_cast<size_t>(dof_of[i])] = dofs(f, static_cast<Eigen::Index>(i));
    }
    for (int b = 0; b < s.body_count(); ++b) {
      joints[static_cast<size_t>(b)] = joint_rotation(s, b, values.data());
    }
    const Vec3 root = pos.block<1, 3>(f, 0).transpose();
    forward(s, root, Clip::quat_at(rot, f, 0), joints, poses);
    for (size_t c = 1; c < body_of.size(); ++c, ++count) {
      const Vec3 there = pos.block<1, 3>(f, static_cast<Eigen::Index>(3 * c)).transpose();
      sum += (poses.pos[static_cast<size_t>(body_of[c])] - there).norm();
    }
  }
  return count ? sum / count : 0;
}

}  // namespace

std::vector<int> bodies_in_order(const Skeleton& s, TreeOrder order, bool movable) {
  std::vector<int> all;
  if (order == TreeOrder::depth) {
    for (int b = 0; b < s.body_count(); ++b) all.push_back(b);
  } else {
    all.push_back(0);
    for (size_t at = 0; at < all.size(); ++at) {
      for (int b = 1; b < s.body_count(); ++b) {
        if (s.bodies()[static_cast<size_t>(b)].parent == all[at]) all.push_back(b);
      }
    }
  }
  if (movable) std::erase_if(all, [&](int b) { return b != 0 && !has_joint(s, b); });
  return all;
}

std::vector<int> dofs_in_order(const Skeleton& s, TreeOrder order) {
  std::vector<int> out;
  for (const int b : bodies_in_order(s, order, false)) {
    const auto [first, last] = s.joints_of(b);
    for (int j = first; j < last; ++j) {
      const Joint& joint = s.joints()[static_cast<size_t>(j)];
      for (int k = 0; k < joint.dof_count(); ++k) out.push_back(joint.dof + k);
    }
  }
  return out;
}

ColumnOrder find_order(const Skeleton& s, const Frames& dofs, const Frames& pos,
                       const Frames& rot) {
  struct Reading {
    ColumnOrder order;
    std::vector<int> dof_of;
  };
  std::vector<Reading> readings;
  for (const bool movable : {false, true}) {
    for (const TreeOrder bodies : {TreeOrder::depth, TreeOrder::breadth}) {
      std::vector<int> columns = bodies_in_order(s, bodies, movable);
      if (static_cast<Eigen::Index>(3 * columns.size()) != pos.cols()) continue;
      for (const TreeOrder order : {TreeOrder::depth, TreeOrder::breadth}) {
        Reading r;
        r.order.dofs = order, r.order.bodies = bodies, r.order.movable = movable;
        r.order.columns = columns;
        r.dof_of = dofs_in_order(s, order);
        // a robot without fixed bodies, or a single chain, has fewer different readings than names
        const bool same = std::any_of(readings.begin(), readings.end(), [&](const Reading& o) {
          return o.dof_of == r.dof_of && o.order.columns == columns;
        });
        if (!same) readings.push_back(std::move(r));
      }
    }
  }
  if (readings.empty()) {
    const size_t movable = bodies_in_order(s, TreeOrder::depth, true).size();
    throw Error(Kind::bad_input,
                fmt::format("{} bodies are stored; '{}' has {}, {} of them with joints",
                            pos.cols() / 3, s.name(), s.body_count(), movable),
                "name the right robot with --skeleton");
  }
  for (Reading& r : readings) {
    r.order.error = distance(s, dofs, pos, rot, r.dof_of, r.order.columns);
  }
  const auto best = std::min_element(
      readings.begin(), readings.end(),
      [](const Reading& a, const Reading& b) { return a.order.error < b.order.error; });
  ColumnOrder out = best->order;
  out.next = std::numeric_limits<double>::infinity();
  for (auto r = readings.begin(); r != readings.end(); ++r) {
    if (r != best) out.next = std::min(out.next, r->order.error);
  }
  return out;
}

}  // namespace motus::formats
