// Rules about how a file was read: quaternion order, units, frames a second, the order of the dofs.
#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <optional>

#include "motion/check_rules.h"
#include "motion/dof_order.h"
#include "motion/kinematics.h"

namespace motus::rules {

namespace {

constexpr double kGravity = 9.81;

double median(std::vector<double> v) {
  const auto mid = v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2);
  std::nth_element(v.begin(), mid, v.end());
  return *mid;
}

BodyPoses rest_pose(const Skeleton& s) {
  const std::vector<Quat> none(static_cast<size_t>(s.body_count()), Quat::Identity());
  BodyPoses out;
  forward(s, Vec3::Zero(), Quat::Identity(), none, out);
  return out;
}

/// Up in the root's frame at rest: from the feet to the head, else the root's z axis for robots.
std::optional<Vec3> rest_up(const Skeleton& s) {
  const int head = s.role("head"), left = s.role("left_foot"), right = s.role("right_foot");
  if (head >= 0 && left >= 0 && right >= 0) {
    const BodyPoses p = rest_pose(s);
    const auto at = [&](int b) { return p.pos[static_cast<size_t>(b)]; };
    const Vec3 up = at(head) - 0.5 * (at(left) + at(right));
    if (up.norm() > 1e-6) return up.normalized();
  }
  if (s.kind() == SkeletonKind::robot) return Vec3::UnitZ();
  return std::nullopt;
}

/// Height of the root above the lowest body in the rest pose.
double rest_height(const CheckSubject& s, const Vec3& up) {
  double low = 0;
  for (const Vec3& p : rest_pose(s.skeleton()).pos) low = std::min(low, p.dot(up));
  return s.robot() && s.robot()->root_height > 0 ? s.robot()->root_height : -low;
}

}  // namespace

void quaternion_order(const CheckSubject& s, Findings& out) {
  constexpr double kLying = 0.5, kStanding = 0.9;  // cosines to the vertical
  constexpr double kUpright = 0.6;                 // of the root's height at rest
  constexpr double kSpeed = 0.3;                   // m/s
  const Clip& c = s.clip();
  const std::optional<Vec3> up = rest_up(s.skeleton());
  if (!up) return out.skip("head and feet are not known");
  // the two ways to take the numbers in the other order
  Clip xyzw = c, wxyz = c;
  std::vector<double> heights;
  for (int f = 0; f < c.frames(); ++f) {
    const Quat q = c.root_rot_at(f);
    Clip::set_quat(xyzw.root_rot, f, 0, Quat(q.z(), q.w(), q.x(), q.y()));
    Clip::set_quat(wxyz.root_rot, f, 0, Quat(q.x(), q.y(), q.z(), q.w()));
    heights.push_back(c.root_pos(f, 2));
  }
  const auto upright = [&](const Clip& clip) {
    std::vector<double> cosine;
    for (int f = 0; f < clip.frames(); ++f) cosine.push_back((clip.root_rot_at(f) * *up).z());
    return median(std::move(cosine));
  };
  const double value = upright(c);
  // a figure that really lies has its root near the floor
  const bool lying = value < kLying && median(std::move(heights)) > kUpright * rest_height(s, *up);
  // x y z w of a heading near 0, read as w x y z, stands but faces backwards
  const auto backwards = [&] {
    return mean_forward_speed(c) < -kSpeed && mean_forward_speed(xyzw) > kSpeed;
  };
  const char* name = nullptr;
  if (upright(xyzw) > kStanding && (lying || backwards())) {
    name = "right if read as xyzw";
  } else if (lying && upright(wxyz) > kStanding) {
    name = "right if read as wxyz";
  }
  if (name) out.add(0, c.frames() - 1, name, value, kLying, "cosine to vertical");
}

void units(const CheckSubject& s, Findings& out) {
  constexpr double kFigures = 10;  // heights of the figure
  const Clip& c = s.clip();
  const BodyPoses rest = rest_pose(s.skeleton());
  Vec3 low = Vec3::Zero(), high = Vec3::Zero();
  for (const Vec3& p : rest.pos) low = low.cwiseMin(p), high = high.cwiseMax(p);
  const double extent = (high - low).maxCoeff();
  std::vector<double> heights(static_cast<size_t>(c.frames()));
  for (int f = 0; f < c.frames(); ++f) heights[static_cast<size_t>(f)] = std::abs(c.root_pos(f, 2));
  const double height = median(std::move(heights));
  if (extent > 0 && height > kFigures * extent) {
    out.add(0, c.frames() - 1, "root height", height, kFigures * extent, "m");
  }
  if (c.dof_pos.size() == 0) return;
  // angles that lie outside, but inside as degrees
  constexpr double kDegree = M_PI / 180, kShare = 0.3;
  const auto outside = [&](double scale) {
    Clip scaled = c;
    scaled.dof_pos *= scale;
    return (limit_excess(scaled).array() > 0.01).cast<double>().mean();
  };
  const double share = outside(1);
  const double largest = c.dof_pos.cwiseAbs().maxCoeff();
  if (share > kShare && largest > 2 * M_PI && outside(kDegree) < 0.1 * share) {
    out.add(0, c.frames() - 1, "dofs look like degrees", largest, 2 * M_PI, "rad");
  }
}

namespace {

/// The flight that bends most: frames without anything near the floor, and the acceleration of the
/// mean of all bodies over them.
struct Flight {
  int first = 0, last = 0;
  double fall = 0;  ///< m/s^2 downwards
};

Flight best_flight(const CheckSubject& s) {
  constexpr double kClear = 0.03, kBend = 0.01;  // m
  const Clip& c = s.clip();
  const std::vector<double> low = lowest_clearance(s.tracks());
  Flight best;
  double most = kBend;
  for (int first = 0; first < c.frames(); ++first) {
    if (low[static_cast<size_t>(first)] < kClear) continue;
    int last = first;
    while (last + 1 < c.frames() && low[static_cast<size_t>(last + 1)] >= kClear) ++last;
    const int n = last - first + 1;
    if (n >= 5) {
      // least squares of height on 1, t, t^2
      Eigen::MatrixXd a(n, 3);
      Eigen::VectorXd z(n);
      for (int i = 0; i < n; ++i) {
        const double t = i / c.fps;
        a.row(i) << 1, t, t * t;
        double sum = 0;
        for (const Vec3& p : forward(c, first + i).pos) sum += p.z();
        z[i] = sum / s.skeleton().body_count();
      }
      const Eigen::Vector3d x = (a.transpose() * a).ldlt().solve(a.transpose() * z);
      const double time = (n - 1) / c.fps, bend = -x[2] * time * time / 4;
      if (bend > most) most = bend, best = {first, last, -2 * x[2]};
    }
    first = last;
  }
  return best;
}

/// Share of frames in which some point stands.
double standing_share(const FloorTracks& t) {
  std::vector<char> any(static_cast<size_t>(t.clearance.rows()), 0);
  for (int p = 0; p < static_cast<int>(t.points.size()); ++p) {
    const std::vector<char> on = contacts(t, p);
    for (size_t f = 0; f < any.size(); ++f) any[f] = any[f] || on[f];
  }
  return static_cast<double>(std::count(any.begin(), any.end(), 1)) /
         static_cast<double>(any.size());
}

}  // namespace

void time_scale(const CheckSubject& s, Findings& out) {
  constexpr double kFactor = 2.5;  // of gravity: 1.6 in frames a second
  const FloorTracks& t = s.tracks();
  const Clip& c = s.clip();
  if (t.points.empty() || c.frames() < 5) return out.skip("no feet are known");
  const Flight flight = best_flight(s);
  if (flight.fall > kFactor * kGravity || (flight.fall > 0 && flight.fall < kGravity / kFactor)) {
    out.add(flight.first, flight.last, "falls at", flight.fall, kGravity, "m/s^2");
  }
  // a leg is an inverted pendulum: nobody walks beyond Froude number 1 (Alexander 1989), and four
  // legs that share the ground run out of it a little later
  const bool biped = s.skeleton().role("front_left_foot") < 0;
  const double limit = biped ? 1.5 : 4;
  const Vec3 way = c.root_pos_at(c.frames() - 1) - c.root_pos_at(0);
  const double speed = std::hypot(way.x(), way.y()) / c.duration();
  double height = 0;
  for (int f = 0; f < c.frames(); ++f) height += c.root_pos(f, 2) / c.frames();
  if (height < 0.05 || standing_share(t) < 0.95) return;
  const double froude = speed * speed / (kGravity * height);
  if (froude > limit) out.add(0, c.frames() - 1, "Froude number of a walk", froude, limit, "");
}

void dof_order(const CheckSubject& s, Findings& out) {
  const auto& dofs = s.skeleton().dofs();
  const bool any = std::any_of(dofs.begin(), dofs.end(), [](const Dof& d) { return d.limited(); });
  if (!any || s.clip().dof_pos.size() == 0) return out.skip("no joint limits are known");
  const std::optional<DofOrder> better = better_dof_order(s.clip());
  if (!better) return;
  out.add(0, s.clip().frames() - 1, "looks like " + better->name, 100 * better->outside_as_is,
          100 * DofOrder::kShare, "% outside");
}

}  // namespace motus::rules
