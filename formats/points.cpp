#include "formats/points.h"

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>

#include "motion/error.h"

namespace motus::formats {

namespace {

constexpr Kind kBad = Kind::bad_input;
constexpr double kTiny = 1e-9;  // m; a bone shorter than that has no direction

Vec3 point(const Frames& points, Eigen::Index frame, int i) {
  return points.block<1, 3>(frame, 3 * Eigen::Index{i}).transpose();
}

/// Replaces what is missing by straight lines between the frames that have it; returns how many.
int fill_gaps(Frames& points, const PointTree& tree) {
  int filled = 0;
  for (int i = 0; i < static_cast<int>(tree.names.size()); ++i) {
    Eigen::Index known = -1;
    for (Eigen::Index f = 0; f < points.rows(); ++f) {
      if (!point(points, f, i).allFinite()) continue;
      for (Eigen::Index g = known + 1; g < f; ++g, ++filled) {
        const double t = known < 0 ? 1 : double(g - known) / double(f - known);
        const Vec3 from = point(points, known < 0 ? f : known, i);
        points.block<1, 3>(g, 3 * i) = (from + t * (point(points, f, i) - from)).transpose();
      }
      known = f;
    }
    require(known >= 0, kBad, "point '{}' is missing in all frames",
            tree.names[static_cast<size_t>(i)]);
    for (Eigen::Index g = known + 1; g < points.rows(); ++g, ++filled) {
      points.block<1, 3>(g, 3 * i) = points.block<1, 3>(known, 3 * i);
    }
  }
  return filled;
}

double median_length(const Frames& points, int child, int parent) {
  std::vector<double> v(static_cast<size_t>(points.rows()));
  for (Eigen::Index f = 0; f < points.rows(); ++f) {
    v[static_cast<size_t>(f)] = (point(points, f, child) - point(points, f, parent)).norm();
  }
  const auto mid = v.begin() + static_cast<ptrdiff_t>(v.size() / 2);
  std::nth_element(v.begin(), mid, v.end());
  return *mid;
}

/// The rotation R that makes the sum of |seen - R * rest|^2 least (Kabsch 1976). `prior` decides
/// what the bones leave open: with a weight this small it turns nothing else.
Quat best_rotation(const std::vector<Vec3>& rest, const std::vector<Vec3>& seen,
                   const Quat& prior) {
  constexpr double kPrior = 1e-6;
  Eigen::Matrix3d h = Eigen::Matrix3d::Zero();
  for (size_t i = 0; i < rest.size(); ++i) h += seen[i] * rest[i].transpose();
  h += kPrior * h.norm() * prior.toRotationMatrix();
  const Eigen::JacobiSVD<Eigen::Matrix3d> svd(h, Eigen::ComputeFullU | Eigen::ComputeFullV);
  Eigen::Matrix3d u = svd.matrixU();
  if ((u * svd.matrixV().transpose()).determinant() < 0) u.col(2) = -u.col(2);
  return Quat(Eigen::Matrix3d(u * svd.matrixV().transpose())).normalized();
}

/// World rotation of a joint whose bones point along `rest` when it is not turned.
Quat aim(const std::vector<Vec3>& rest, const std::vector<Vec3>& seen, const Quat& prior) {
  if (rest.empty()) return prior;
  if (rest.size() > 1) return best_rotation(rest, seen, prior);
  return (Quat::FromTwoVectors(prior * rest[0], seen[0]) * prior).normalized();
}

}  // namespace

std::vector<int> depth_first(const std::vector<int>& parents) {
  const auto roots = std::count(parents.begin(), parents.end(), -1);
  require(roots == 1, kBad, "{} points have no parent, expected one", roots);
  const auto root = std::find(parents.begin(), parents.end(), -1);
  std::vector<int> order, stack = {static_cast<int>(root - parents.begin())};
  while (!stack.empty()) {
    const int i = stack.back();
    stack.pop_back();
    order.push_back(i);
    for (size_t c = parents.size(); c-- > 0;) {
      if (parents[c] == i) stack.push_back(static_cast<int>(c));
    }
  }
  require(order.size() == parents.size(), kBad, "the points are no tree: {} of {} hang on its root",
          order.size(), parents.size());
  return order;
}

Clip clip_from_points(const PointTree& tree, const Frames& given, double fps) {
  require(tree.parents.size() == tree.names.size(), kBad, "{} points with {} parents",
          tree.names.size(), tree.parents.size());
  const std::vector<int> order = depth_first(tree.parents);
  const int n = static_cast<int>(order.size());
  require(given.rows() > 0 && given.cols() == 3 * n, kBad, "points are {} x {}, expected 3 x {}",
          given.rows(), given.cols(), n);
  require(tree.rest.empty() || tree.rest.size() == order.size(), kBad, "{} rest offsets, {} points",
          tree.rest.size(), n);
  Clip clip;
  clip.fps = fps;
  clip.channels["keypoints"] = {
      .data = given, .components = 3, .names = tree.names, .units = "m", .frame = "world"};
  Eigen::Index whole = 0;  // the first frame that holds all points
  while (whole < given.rows() && !given.row(whole).allFinite()) ++whole;
  if (whole == given.rows()) whole = 0;
  Frames points = given;
  if (const int filled = fill_gaps(points, tree); filled > 0) {
    clip.source.warnings.push_back(
        fmt::format("{} of {} points are missing: filled in by straight lines in time", filled,
                    given.rows() * n));
  }

  Skeleton::Spec spec;
  spec.name = tree.name;
  std::vector<int> body_of(order.size());  // point -> body
  std::vector<std::vector<int>> children(order.size());
  for (int b = 0; b < n; ++b) {
    const int i = order[static_cast<size_t>(b)], p = tree.parents[static_cast<size_t>(i)];
    body_of[static_cast<size_t>(i)] = b;
    Body body{.name = tree.names[static_cast<size_t>(i)]};
    if (p >= 0) {
      body.parent = body_of[static_cast<size_t>(p)];
      children[static_cast<size_t>(body.parent)].push_back(b);
      const Vec3 direction = tree.rest.empty() ? point(points, whole, i) - point(points, whole, p)
                                               : tree.rest[static_cast<size_t>(i)];
      if (direction.norm() > kTiny) {
        body.rest_pos = direction.normalized() * median_length(points, i, p);
      }
    }
    spec.bodies.push_back(body);
  }
  for (const auto& [role, name] : tree.roles) {
    const auto at = std::find(tree.names.begin(), tree.names.end(), name);
    if (at == tree.names.end()) continue;
    spec.roles[role] = body_of[static_cast<size_t>(at - tree.names.begin())];
  }
  clip.skeleton = Skeleton::build(std::move(spec));

  clip.root_pos = Frames(points.rows(), 3);
  clip.root_rot = Frames(points.rows(), 4);
  clip.local_rot = Frames::Zero(points.rows(), 4 * Eigen::Index{n});
  std::vector<Quat> world(order.size(), Quat::Identity());
  std::vector<Vec3> rest, seen;
  for (int f = 0; f < points.rows(); ++f) {
    for (int b = 0; b < n; ++b) {
      const auto at = static_cast<size_t>(b);
      const Body& body = clip.skeleton->bodies()[at];
      const Quat prior = body.parent < 0 ? world[0] : world[static_cast<size_t>(body.parent)];
      rest.clear(), seen.clear();
      for (const int c : children[at]) {
        const Vec3& offset = clip.skeleton->bodies()[static_cast<size_t>(c)].rest_pos;
        const Vec3 bone =
            point(points, f, order[static_cast<size_t>(c)]) - point(points, f, order[at]);
        if (offset.norm() < kTiny || bone.norm() < kTiny) continue;
        rest.push_back(offset), seen.push_back(bone);
      }
      world[at] = aim(rest, seen, prior);
      Clip::set_quat(clip.local_rot, f, b,
                     body.parent < 0 ? Quat::Identity() : prior.conjugate() * world[at]);
    }
    clip.root_pos.row(f) = point(points, f, order[0]).transpose();
    Clip::set_quat(clip.root_rot, f, 0, world[0]);
  }
  make_continuous(clip.root_rot);
  make_continuous(clip.local_rot);
  return clip;
}

}  // namespace motus::formats
