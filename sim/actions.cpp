#include "sim/actions.h"

#include <algorithm>
#include <cmath>

#include "motion/error.h"

namespace motus::sim {

namespace {

/// Calls visit(dofs, dof velocities) at the times of all clips: evenly, 120 a second.
template <typename Visit>
void each_moment(const Reference& reference, const Visit& visit) {
  Reference::Scratch s;
  for (int m = 0; m < reference.sampler().motions(); ++m) {
    const double length = reference.sampler().length(m);
    const int n = std::max(2, static_cast<int>(std::ceil(length * 120)));
    for (int i = 0; i < n; ++i) {
      reference.sample(m, length * (i + 0.5) / n, s);
      visit(s.dofs, s.state.dof_vel);
    }
  }
}

/// A dof that has a range.
const Dof& limited(const Skeleton& s, int d) {
  const Dof& out = s.dofs()[static_cast<size_t>(d)];
  if (out.lower <= -Dof::kUnlimited || out.upper >= Dof::kUnlimited || out.lower >= out.upper) {
    throw Error(
        Kind::usage,
        fmt::format("dof '{}' of '{}' has no range to take actions from", out.name, s.name()),
        "give the joint a range, or set action_half_range: clip and "
        "action_centre: clip_mean");
  }
  return out;
}

/// MimicKit's rule from the limits of one joint: centre and half range.
std::pair<double, double> limits_rule(const Skeleton& s, const Joint& joint, int dof,
                                      bool zero_centre, double ball_range) {
  const auto limit = [&](int d) -> const Dof& { return limited(s, d); };
  if (joint.type == JointType::ball) {
    double widest = 0;
    for (int d = joint.dof; d < joint.dof + 3; ++d) {
      widest = std::max({widest, std::abs(limit(d).lower), std::abs(limit(d).upper)});
    }
    return {0.0, ball_range > 0 ? ball_range : 1.2 * widest};
  }
  const Dof& d = limit(dof);
  const double mid = zero_centre ? 0.0 : 0.5 * (d.lower + d.upper);
  return {mid, 1.4 * std::max(std::abs(d.upper - mid), std::abs(d.lower - mid))};
}

constexpr float kFastestTarget = 6.28318530717958648f;  ///< rad/s, MimicKit's of control_mode vel

/// MimicKit's ranges of the modes that have no target position; or the number asked for.
ActionRange rate_range(const EnvConfig& config, const Skeleton& s,
                       const std::vector<double>& torque_limit) {
  require(config.action_centre == ActionCentre::middle &&
              (config.action_half_range == HalfRange::joint_limits ||
               config.action_half_range == HalfRange::number),
          Kind::usage,
          "control_mode {} has no target positions: action_centre must be middle and "
          "action_half_range a number",
          config.control_mode);
  const size_t dofs = torque_limit.size();
  ActionRange out{std::vector<float>(dofs, 0), std::vector<float>(dofs, 1)};
  if (config.control_mode == "vel") out.scale.assign(dofs, kFastestTarget);
  for (size_t d = 0; d < dofs && config.control_mode == "torque"; ++d) {
    require(std::isfinite(torque_limit[d]) || config.action_half_range == HalfRange::number,
            Kind::usage,
            "dof '{}' of '{}' has no torque limit to take actions from: set action_half_range to a "
            "number, in N m",
            s.dofs()[d].name, s.name());
    out.scale[d] = static_cast<float>(torque_limit[d]);
  }
  if (config.action_half_range == HalfRange::number) {
    out.scale.assign(dofs, static_cast<float>(config.action_half_range_value));
  }
  return out;
}

}  // namespace

ActionRange action_range(const EnvConfig& config, const Reference& reference,
                         const std::vector<double>& kp, const std::vector<double>& kd,
                         const std::vector<double>& torque_limit) {
  const Skeleton& s = reference.sampler().skeleton();
  if (config.control_mode != "pos" && config.control_mode != "pd_explicit") {
    return rate_range(config, s, torque_limit);
  }
  const size_t dofs = static_cast<size_t>(s.dof_count());
  std::vector<double> centre(dofs, 0), half(dofs, config.action_half_range_value);

  if (config.action_centre == ActionCentre::middle ||
      config.action_half_range == HalfRange::joint_limits) {
    for (const Joint& j : s.joints()) {
      for (int d = j.dof; d < j.dof + j.dof_count(); ++d) {
        const auto [mid, range] =
            limits_rule(s, j, d, config.zero_center_action, config.action_ball_half_range);
        centre[static_cast<size_t>(d)] = mid;
        if (config.action_half_range == HalfRange::joint_limits)
          half[static_cast<size_t>(d)] = range;
      }
    }
  }
  if (config.action_half_range == HalfRange::whole_range) {
    for (size_t d = 0; d < dofs; ++d) {
      const Dof& dof = limited(s, static_cast<int>(d));
      half[d] = dof.upper - dof.lower;
      if (config.action_centre == ActionCentre::middle) centre[d] = 0.5 * (dof.lower + dof.upper);
    }
  }
  if (config.action_centre == ActionCentre::init_pose) {
    require(config.init_pose.size() == 6 + dofs, Kind::usage,
            "action_centre init_pose: init_pose has {} numbers, '{}' takes 6 + {}",
            config.init_pose.size(), s.name(), dofs);
    std::copy(config.init_pose.begin() + 6, config.init_pose.end(), centre.begin());
  }
  if (config.action_centre == ActionCentre::clip_mean) {
    std::fill(centre.begin(), centre.end(), 0.0);
    int moments = 0;
    each_moment(reference, [&](const std::vector<double>& q, const std::vector<double>&) {
      for (size_t d = 0; d < dofs; ++d) centre[d] += q[d];
      ++moments;
    });
    for (double& c : centre) c /= moments;
  }
  if (config.action_half_range == HalfRange::clip) {
    std::fill(half.begin(), half.end(), 0.0);
    each_moment(reference, [&](const std::vector<double>& q, const std::vector<double>& qd) {
      for (size_t d = 0; d < dofs; ++d) {
        half[d] = std::max(half[d], std::abs(q[d] + kd[d] / kp[d] * qd[d] - centre[d]));
      }
    });
    for (size_t d = 0; d < dofs; ++d) {
      if (std::isfinite(torque_limit[d]))
        half[d] += config.action_range_margin * torque_limit[d] / kp[d];
      if (config.action_range_cap > 0) half[d] = std::min(half[d], config.action_range_cap);
    }
  }
  ActionRange out;
  for (size_t d = 0; d < dofs; ++d) {
    require(kp[d] > 0 && half[d] > 0, Kind::bad_input,
            "dof '{}' of '{}' has no gain or no range: it cannot be controlled by position",
            s.dofs()[d].name, s.name());
    out.centre.push_back(static_cast<float>(centre[d]));
    out.scale.push_back(static_cast<float>(half[d]));
  }
  return out;
}

}  // namespace motus::sim
