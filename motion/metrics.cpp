#include "motion/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "motion/kinematics.h"
#include "motion/limits.h"

namespace motus {

namespace {

/// m; smaller ones are corners of a sole, whose turning moves nothing that matters
constexpr double kBall = 0.01;

}  // namespace

std::vector<FloorPoint> floor_points(const Robot& robot) {
  std::vector<FloorPoint> out;
  out.reserve(robot.collision_points.size());
  for (const CollisionPoint& p : robot.collision_points) {
    const std::string& name = robot.skeleton->bodies()[static_cast<size_t>(p.body)].name;
    const auto& feet = robot.foot_bodies;
    out.push_back({.body = p.body,
                   .pos = p.pos,
                   .radius = p.radius,
                   .foot = std::find(feet.begin(), feet.end(), name) != feet.end() ? p.body : -1});
  }
  return out;
}

std::vector<FloorPoint> floor_points(const Skeleton& s) {
  std::vector<FloorPoint> out;
  for (const char* side :
       {"left", "right", "front_left", "front_right", "rear_left", "rear_right"}) {
    const int foot = s.role(std::string(side) + "_foot");
    if (foot < 0) continue;
    const int toe = s.role(std::string(side) + "_toe");
    const int body = toe >= 0 ? toe : foot;
    out.push_back({.body = body, .foot = foot});
    for (const EndSite& e : s.end_sites()) {
      if (e.body == body && e.pos.norm() > 1e-6)
        out.push_back({.body = body, .pos = e.pos, .foot = foot});
    }
  }
  return out;
}

FloorTracks floor_tracks(const Clip& clip, std::vector<FloorPoint> points, OwnFloor own_floor) {
  FloorTracks t;
  t.fps = clip.fps;
  const int frames = clip.frames(), n = static_cast<int>(points.size());
  t.pos.resize(frames, 3 * n);
  t.clearance.resize(frames, n);
  t.rolled = Frames::Zero(frames, 2 * n);
  BodyPoses poses, before;
  for (int f = 0; f < frames; ++f) {
    std::swap(poses, before);
    poses = forward(clip, f);
    for (int i = 0; i < n; ++i) {
      const FloorPoint& p = points[static_cast<size_t>(i)];
      const size_t b = static_cast<size_t>(p.body);
      const Vec3 at = poses.pos[b] + poses.rot[b] * p.pos;
      t.pos.block<1, 3>(f, 3 * i) = at.transpose();
      t.clearance(f, i) = at.z() - p.radius;
      if (f > 0 && p.foot >= 0 && p.radius > kBall) {
        // v = omega x (0, 0, -r)
        const Vec3 turn = log_map(poses.rot[b] * before.rot[b].conjugate());
        t.rolled.block<1, 2>(f, 2 * i) << -p.radius * turn.y(), p.radius * turn.x();
      }
    }
  }
  if (own_floor == OwnFloor::yes) {
    for (int i = 0; i < n; ++i) {
      std::vector<double> z(static_cast<size_t>(frames));
      for (int f = 0; f < frames; ++f) z[static_cast<size_t>(f)] = t.clearance(f, i);
      const auto rest = z.begin() + frames / 20;
      std::nth_element(z.begin(), rest, z.end());
      t.clearance.col(i).array() -= *rest;
    }
  }
  t.points = std::move(points);
  return t;
}

namespace {

double step_speed(const FloorTracks& t, int point, int f) {
  const double dx = t.pos(f + 1, 3 * point) - t.pos(f, 3 * point);
  const double dy = t.pos(f + 1, 3 * point + 1) - t.pos(f, 3 * point + 1);
  const double rub =
      std::hypot(dx + t.rolled(f + 1, 2 * point), dy + t.rolled(f + 1, 2 * point + 1));
  return std::min(std::hypot(dx, dy), rub) * t.fps;
}

}  // namespace

std::vector<char> contacts(const FloorTracks& t, int point, const ContactRule& rule) {
  const int frames = static_cast<int>(t.clearance.rows());
  std::vector<char> out(static_cast<size_t>(frames), 0);
  bool standing = false;
  for (int f = 0; f < frames; ++f) {
    // a frame moves as slowly as the calmer of the steps beside it: the first and last of a stance
    // touch a moving frame
    double speed = 1e9;
    if (f > 0) speed = std::min(speed, step_speed(t, point, f - 1));
    if (f + 1 < frames) speed = std::min(speed, step_speed(t, point, f));
    if (frames == 1) speed = 0;
    const double height = t.clearance(f, point);
    standing = standing ? height < 1.5 * rule.height && speed < rule.off
                        : height < rule.height && speed < rule.on;
    out[static_cast<size_t>(f)] = standing;
  }
  return out;
}

std::vector<int> feet(const FloorTracks& t) {
  std::vector<int> out;
  for (const FloorPoint& p : t.points) {
    if (p.foot >= 0 && std::find(out.begin(), out.end(), p.foot) == out.end())
      out.push_back(p.foot);
  }
  return out;
}

Slide slide(const FloorTracks& t, int foot, const ContactRule& rule) {
  std::vector<std::pair<int, std::vector<char>>> points;
  for (int p = 0; p < static_cast<int>(t.points.size()); ++p) {
    if (t.points[static_cast<size_t>(p)].foot == foot) points.emplace_back(p, contacts(t, p, rule));
  }
  Slide out;
  double sum = 0;
  for (int f = 0; f + 1 < static_cast<int>(t.clearance.rows()); ++f) {
    const size_t i = static_cast<size_t>(f);
    double speed = std::numeric_limits<double>::infinity();
    for (const auto& [p, contact] : points) {
      if (contact[i] && contact[i + 1]) speed = std::min(speed, step_speed(t, p, f));
    }
    if (!std::isfinite(speed)) continue;
    if (out.steps++ == 0) out.first = f;
    out.last = f + 1;
    sum += speed;
    if (speed > out.worst) out.worst = speed, out.worst_frame = f;
  }
  if (out.steps > 0) out.mean = sum / out.steps;
  return out;
}

std::vector<double> lowest_clearance(const FloorTracks& t) {
  std::vector<double> out;
  out.reserve(static_cast<size_t>(t.clearance.rows()));
  for (Eigen::Index f = 0; f < t.clearance.rows(); ++f) {
    out.push_back(t.clearance.cols() > 0 ? t.clearance.row(f).minCoeff() : 0.0);
  }
  return out;
}

std::vector<Run> runs_above(const std::vector<double>& values, double limit, int gap) {
  std::vector<Run> out;
  for (int f = 0; f < static_cast<int>(values.size()); ++f) {
    const double v = values[static_cast<size_t>(f)];
    if (!(v > limit)) continue;
    if (out.empty() || f - out.back().last > gap + 1) {
      out.push_back({.first = f, .last = f, .peak_frame = f, .peak = v});
      continue;
    }
    Run& run = out.back();
    run.last = f;
    if (v > run.peak) run.peak = v, run.peak_frame = f;
  }
  return out;
}

Frames limit_excess(const Clip& clip) {
  const Skeleton& s = *clip.skeleton;
  Frames out = Frames::Zero(clip.dof_pos.rows(), clip.dof_pos.cols());
  for (Eigen::Index f = 0; f < out.rows(); ++f) {
    for (const Joint& j : s.joints()) {
      const Dof* d = &s.dofs()[static_cast<size_t>(j.dof)];
      const double q = clip.dof_pos(f, j.dof);
      if (j.type == JointType::hinge) {
        out(f, j.dof) = std::max({0.0, d->lower - q, q - d->upper});
      } else {
        const Quat turn = exp_map(clip.dof_pos.block<1, 3>(f, j.dof).transpose());
        out.block<1, 3>(f, j.dof) = outside(d, hinge_angles(d, turn)).transpose();
      }
    }
  }
  return out;
}

Frames rotation_steps(const Clip& clip) {
  const int bodies = clip.skeleton->body_count(), frames = clip.frames();
  Frames out = Frames::Zero(std::max(0, frames - 1), bodies);
  std::vector<Quat> before, now;
  joint_rotations(clip, 0, before);
  for (int f = 1; f < frames; ++f) {
    joint_rotations(clip, f, now);
    out(f - 1, 0) = log_map(clip.root_rot_at(f - 1).conjugate() * clip.root_rot_at(f)).norm();
    for (int b = 1; b < bodies; ++b) {
      const size_t i = static_cast<size_t>(b);
      out(f - 1, b) = log_map(before[i].conjugate() * now[i]).norm();
    }
    std::swap(before, now);
  }
  return out;
}

}  // namespace motus
