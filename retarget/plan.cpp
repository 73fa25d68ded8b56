#include "retarget/plan.h"

#include <algorithm>
#include <cmath>

#include "retarget/footsteps.h"

namespace motus::retarget {

namespace {

constexpr double kReach = 0.985;      // of a standing leg's length: the knee stays bent 20 degrees
constexpr double kSwingReach = 0.99;  // of a swinging leg
constexpr double kMaxDrop = 0.15;     // of the leg length
constexpr double kDropSpread = 0.20;  // s over which a drop is held and smoothed

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

int spine_dofs(const RobotBody& robot) {
  const Skeleton& s = *robot.robot.skeleton;
  int n = 0;
  for (const Joint& j : s.joints()) {
    for (int b = robot.rig.chest; b > robot.rig.pelvis;
         b = s.bodies()[static_cast<size_t>(b)].parent)
      n += b == j.body ? j.dof_count() : 0;
  }
  return n;
}

}  // namespace

Plan make_plan(const Observation& src, const RobotBody& robot, std::optional<double> scale) {
  Plan plan;
  plan.scale = scale.value_or(robot.leg_length / src.leg_length);
  const double s = plan.scale;
  const size_t frames = src.poses.size(), legs = robot.rig.legs.size();
  const bool four = robot.rig.roles.quadruped;
  const bool no_waist = robot.rig.chest < 0 && !four;
  const bool has_spine = spine_dofs(robot) > 3;
  plan.targets.resize(frames);
  double stand_height = 0;
  for (size_t i = 0; i < legs; ++i)
    stand_height += robot.feet[i].ankle_height / static_cast<double>(legs);

  for (size_t f = 0; f < frames; ++f) {
    const Pose& p = src.poses[f];
    Target& t = plan.targets[f];
    t.centre = s * (p.centre - Vec3(0, 0, src.floor_ankle)) + Vec3(0, 0, stand_height);
    t.pelvis = no_waist ? slerp(p.pelvis, p.torso, 0.5) : p.pelvis;
    t.chest = has_spine ? p.chest : p.torso;
    t.head = p.head;
    t.arms = p.arms;
    t.legs = p.legs;
  }
  for (size_t i = 0; i < legs; ++i) {
    std::vector<FootTarget> raw(frames);
    const Vec3 wider = robot.hips[i] - s * src.hips[i];
    for (size_t f = 0; f < frames; ++f) {
      const Pose& p = src.poses[f];
      raw[f].ankle = s * (p.legs[i].ankle - Vec3(0, 0, src.contacts[i].ankle_height)) +
                     Vec3(0, 0, robot.feet[i].ankle_height) + p.pelvis * wider;
      if (!four) raw[f].foot = p.legs[i].foot;
    }
    const std::vector<FootTarget> feet =
        plan_foot(raw, src.contacts[i], robot.feet[i], src.fps, robot.leg_length, four);
    for (size_t f = 0; f < frames; ++f) plan.targets[f].feet[i] = feet[f];
  }

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
