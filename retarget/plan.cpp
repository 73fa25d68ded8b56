#include "retarget/plan.h"

#include <algorithm>
#include <cmath>

#include "retarget/footsteps.h"
#include "retarget/parallel.h"

namespace motus::retarget {

namespace {

constexpr double kReach = 0.985;       // of a standing leg's length: the knee stays bent 20 degrees
constexpr double kSwingReach = 0.99;   // of a swinging leg
constexpr double kMaxDrop = 0.15;      // of the leg length
constexpr double kStepInSpread = 0.5;  // s over which a foot that is set too wide comes in
constexpr double kDropSpread = 0.20;   // s over which a drop is held and smoothed

/// Largest within +-w frames, then a moving mean of the same width: never below the input.
std::vector<double> smooth_over(const std::vector<double>& v, int w) {
  const int n = static_cast<int>(v.size());
  std::vector<double> held(v.size()), out(v.size());
  const auto window = [&](int f, const auto& visit) {
    for (int g = std::max(0, f - w); g <= std::min(n - 1, f + w); ++g)
      visit(static_cast<size_t>(g), g - f);
  };
  for (int f = 0; f < n; ++f) {
    double most = 0;
    window(f, [&](size_t g, int) { most = std::max(most, v[g]); });
    held[static_cast<size_t>(f)] = most;
  }
  for (int f = 0; f < n; ++f) {
    double sum = 0, weight = 0;
    window(f, [&](size_t g, int d) {
      const double k = 0.5 + 0.5 * std::cos(M_PI * d / (w + 1));
      sum += k * held[g];
      weight += k;
    });
    out[static_cast<size_t>(f)] = sum / weight;
  }
  return out;
}

/// How far a hip must come down for the leg to reach.
double needed_drop(const Vec3& hip, const Vec3& ankle, double reach) {
  const Vec3 v = hip - ankle;
  const double flat = v.head<2>().squaredNorm();
  const double up = std::sqrt(std::max(0.0, reach * reach - flat));
  return std::max(0.0, v.z() - up);
}

/// How far a flat foot must come in under its hip so that the ankle need not roll further than it
/// can: m along `left`, 0 where it need not.
double needed_step_in(const Vec3& hip, const Vec3& ankle, const Vec3& left, double roll) {
  const Vec3 v = hip - ankle;
  const double most = std::tan(std::max(0.0, roll - kRollMargin)) * std::max(0.0, v.z());
  const double side = v.dot(left);
  return side > most ? side - most : side < -most ? side + most : 0.0;
}

/// Widely set feet step in, evenly over a stance and smoothly between stances.
void step_in(std::vector<FootTarget>& raw, const std::vector<Vec3>& hips,
             const std::vector<char>& stance, double roll, double fps) {
  const size_t frames = raw.size();
  // to the left and to the right, each as much as any frame nearby needs
  std::vector<double> left(frames, 0.0), right(frames, 0.0);
  bool any = false;
  for (size_t f = 0; f < frames; ++f) {
    if (!stance[f]) continue;
    const Vec3 side = yaw_rotation(heading(raw[f].foot)) * Vec3::UnitY();
    const double step = needed_step_in(hips[f], raw[f].ankle, side, roll);
    left[f] = std::max(0.0, step);
    right[f] = std::max(0.0, -step);
    any = any || step != 0;
  }
  if (!any) return;
  const int spread = std::max(1, static_cast<int>(std::lround(kStepInSpread * fps)));
  left = smooth_over(left, spread);
  right = smooth_over(right, spread);
  for (size_t f = 0; f < frames; ++f)
    raw[f].ankle += (left[f] - right[f]) * (yaw_rotation(heading(raw[f].foot)) * Vec3::UnitY());
}

}  // namespace

Plan make_plan(const Observation& src, const RobotBody& robot, std::optional<double> scale,
               int jobs) {
  Plan plan;
  plan.scale = scale.value_or(robot.leg_length / src.leg_length);
  const double s = plan.scale;
  const size_t frames = src.poses.size(), legs = robot.rig.legs.size();
  const bool four = robot.rig.roles.quadruped;
  const bool no_waist = robot.rig.chest < 0 && !four;
  plan.targets.resize(frames);
  double stand_height = 0;
  for (size_t i = 0; i < legs; ++i)
    stand_height += robot.feet[i].ankle_height / static_cast<double>(legs);

  for (size_t f = 0; f < frames; ++f) {
    const Pose& p = src.poses[f];
    Target& t = plan.targets[f];
    t.centre = s * (p.centre - Vec3(0, 0, src.floor_ankle)) + Vec3(0, 0, stand_height);
    t.pelvis = no_waist ? slerp(p.pelvis, p.torso, 0.5) : p.pelvis;
    t.chest = p.chest;
    t.head = p.head;
    t.arms = p.arms;
    for (size_t i = 0; i < legs; ++i) t.legs[i] = p.legs[i];
  }
  const auto plan_leg = [&](size_t i) {
    std::vector<FootTarget> raw(frames);
    const Vec3 wider = robot.hips[i] - s * src.hips[i];
    for (size_t f = 0; f < frames; ++f) {
      const Pose& p = src.poses[f];
      raw[f].ankle = s * (p.legs[i].ankle - Vec3(0, 0, src.contacts[i].ankle_height)) +
                     Vec3(0, 0, robot.feet[i].ankle_height) + p.pelvis * wider;
      if (!four) raw[f].foot = p.legs[i].foot;
    }
    std::vector<Vec3> hips;
    if (robot.feet[i].roll > 0) {
      hips.resize(frames);
      for (size_t f = 0; f < frames; ++f)
        hips[f] = plan.targets[f].centre + plan.targets[f].pelvis * robot.hips[i];
      step_in(raw, hips, src.contacts[i].stance, robot.feet[i].roll, src.fps);
    }
    const std::vector<FootTarget> feet =
        plan_foot(raw, src.contacts[i], hips, robot.feet[i], src.fps, four);
    for (size_t f = 0; f < frames; ++f) plan.targets[f].feet[i] = feet[f];
  };
  for_blocks(static_cast<int>(legs), 1, jobs,
             [&] { return [&](int leg, int) { plan_leg(static_cast<size_t>(leg)); }; });

  std::vector<double> drop(frames, 0.0);
  for (size_t f = 0; f < frames; ++f) {
    const Target& t = plan.targets[f];
    for (size_t i = 0; i < legs; ++i) {
      if (!t.feet[i].planted) continue;
      const Vec3 hip = t.centre + t.pelvis * robot.hips[i];
      drop[f] = std::max(drop[f], needed_drop(hip, t.feet[i].ankle, kReach * robot.legs[i]));
    }
    drop[f] = std::min(drop[f], kMaxDrop * robot.leg_length);
  }
  drop = smooth_over(drop, std::max(1, static_cast<int>(std::lround(kDropSpread * src.fps))));
  for (size_t f = 0; f < frames; ++f) {
    Target& t = plan.targets[f];
    t.centre.z() -= drop[f];
    plan.drop = std::max(plan.drop, drop[f]);
    for (size_t i = 0; i < legs; ++i) {
      if (t.feet[i].planted) continue;
      const Vec3 hip = t.centre + t.pelvis * robot.hips[i];
      const Vec3 v = t.feet[i].ankle - hip;
      const double reach = kSwingReach * robot.legs[i];
      if (v.norm() > reach) t.feet[i].ankle = hip + reach / v.norm() * v;
    }
  }
  return plan;
}

}  // namespace motus::retarget
