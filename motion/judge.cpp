#include "motion/judge.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "motion/error.h"
#include "motion/metrics.h"
#include "motion/mirror.h"
#include "motion/repeat.h"
#include "motion/resample.h"

namespace motus {

namespace {

constexpr double kReach = 0.1;  ///< m, of postures that count as visited

/// Mean square of the joints' third differences, (rad/s^3)^2, and how many went into it.
struct Jerk {
  double sum = 0, count = 0;
  void add(const Clip& clip, double fps) {
    const Frames& q = clip.dof_pos;
    for (Eigen::Index f = 3; f < q.rows(); ++f) {
      const auto third = q.row(f) - 3 * q.row(f - 1) + 3 * q.row(f - 2) - q.row(f - 3);
      sum += third.squaredNorm() * std::pow(fps, 6);
      count += static_cast<double>(q.cols());
    }
  }
  double rms() const { return count > 0 ? std::sqrt(sum / count) : 0; }
};

double net_speed(const Clip& c) {
  if (c.frames() < 2) return 0;
  return (c.root_pos_at(c.frames() - 1) - c.root_pos_at(0)).head<2>().norm() / c.duration();
}

Dataset mirror_of(const Dataset& dataset) {
  std::vector<Clip> clips;
  clips.reserve(dataset.clips.size());
  for (const Clip& c : dataset.clips) clips.push_back(mirror(c));
  return Dataset::from(std::move(clips));
}

bool has_mirror(const Skeleton& skeleton) {
  try {
    Symmetry::of(skeleton);
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

Judge::Judge(const Dataset& dataset, const Robot& robot, double fps)
    : robot_(robot), fps_(fps), library_(dataset, fps) {
  if (has_mirror(*dataset.skeleton)) mirrored_.emplace_back(mirror_of(dataset), fps);
  double weight = 0, slowest = 1e300, fastest = -1e300;
  Jerk jerk;
  const Clip* longest = dataset.clips.data();
  for (const Clip& c : dataset.clips) {
    const double speed = mean_forward_speed(c);
    clip_speed_ += c.weight * speed, weight += c.weight;
    slowest = std::min(slowest, speed), fastest = std::max(fastest, speed);
    if (c.frames() > 1) jerk.add(resample(c, fps), fps);
    if (c.duration() > longest->duration()) longest = &c;
  }
  clip_speed_ = weight > 0 ? clip_speed_ / weight : 0;
  speed_spread_ = fastest - slowest;
  clip_jerk_ = jerk.rms();
  mass_ = std::accumulate(robot.masses.begin(), robot.masses.end(), 0.0);
  clip_gait_ = gait_of(repeat(*longest, 10, fps), robot_);
}

Quality Judge::quality(const std::vector<Rollout>& rollouts) const {
  require(!rollouts.empty(), Kind::bad_input, "no rollouts to judge");
  Quality q;
  q.episodes = static_cast<int>(rollouts.size());
  q.clip_speed = clip_speed_;
  q.speed_spread = speed_spread_;
  q.clip_gait = clip_gait_;
  Jerk jerk;
  double square = 0, slip = 0, stood = 0;
  int most_steps = -1;
  std::vector<Frames> all;
  Effort effort;
  for (const Rollout& r : rollouts) {
    all.push_back(postures(r.clip));
    const double error = library_.error(all.back());
    q.falls += r.fell ? 1 : 0;
    q.length += r.length_ratio;
    q.pose_error += error, square += error * error;
    if (!mirrored_.empty()) q.mirrored_error += mirrored_[0].error(all.back());
    q.speed += mean_forward_speed(r.clip);
    q.net_speed += net_speed(r.clip);
    q.task_return += r.task_return;
    jerk.add(r.clip, fps_);
    effort.add(r.effort);
    const FloorTracks tracks = floor_tracks(r.clip, floor_points(robot_), OwnFloor::no);
    for (const int foot : feet(tracks)) {
      const Slide s = slide(tracks, foot);
      slip += s.mean * s.steps, stood += s.steps;
    }
    Gait g = gait_of(r.clip, robot_);
    int steps = 0;
    for (const FootGait& f : g.feet) steps += f.touch_downs;
    if (steps > most_steps) most_steps = steps, q.gait = std::move(g);
  }
  const double n = q.episodes;
  for (double* v :
       {&q.length, &q.pose_error, &q.mirrored_error, &q.speed, &q.net_speed, &q.task_return}) {
    *v /= n;
  }
  q.pose_error_std = std::sqrt(std::max(0.0, square / n - q.pose_error * q.pose_error));
  q.foot_slip = stood > 0 ? slip / stood : 0;
  q.jerk = clip_jerk_ > 0 ? jerk.rms() / clip_jerk_ : 0;
  q.power = mean_power(effort);
  q.cost_of_transport = cost_of_transport(q.power, mass_, q.speed);
  const std::vector<MotorLoad> loads = motor_loads(effort);
  for (size_t k = 0; k < loads.size(); ++k) {
    q.motors.emplace_back(robot_.skeleton->dofs()[k].name, loads[k]);
  }
  q.coverage = library_.coverage(all, kReach);
  return q;
}

}  // namespace motus
