// Rules about what a robot's body and motors can do.
#include <algorithm>
#include <cmath>
#include <map>

#include "motion/check_rules.h"
#include "motion/kinematics.h"

namespace motus::rules {

namespace {

/// Reports a dof whose |values| exceed its limit in more than `share` of the frames, and in 2 at
/// least: single frames are the matter of the jump rules. Runs of fewer than `shortest` frames do not
/// count.
void beyond(const Frames& values, const std::vector<double>& limits, double share, int shortest,
            std::string_view unit, const CheckSubject& s, Findings& out) {
  for (Eigen::Index d = 0; d < values.cols(); ++d) {
    const double limit = limits[static_cast<size_t>(d)];
    if (!(limit > 0) || !std::isfinite(limit)) continue;
    const Eigen::VectorXd size = values.col(d).cwiseAbs();
    int first = -1, last = -1, count = 0;
    double worst = 0;
    for (const Run& r : runs_above({size.begin(), size.end()}, limit, 0)) {
      const int frames = r.last - r.first + 1;
      if (frames < shortest) continue;
      if (first < 0) first = r.first;
      last = r.last;
      worst = std::max(worst, r.peak);
      count += frames;
    }
    if (count < 2 || count <= share * static_cast<double>(values.rows())) continue;
    out.add(first, last, s.skeleton().dofs()[static_cast<size_t>(d)].name, worst, limit, unit);
  }
}

}  // namespace

void motor_speed(const CheckSubject& s, Findings& out) {
  constexpr double kShare = 0.02;
  const bool known =
      s.robot() && std::any_of(s.robot()->speed_limits.begin(), s.robot()->speed_limits.end(),
                               [](double v) { return v > 0; });
  if (!known || s.clip().dof_pos.size() == 0) return out.skip("no motor speeds are known");
  beyond(dof_velocities(s.clip()), s.robot()->speed_limits, kShare, 1, "rad/s", s, out);
}

void motor_torque(const CheckSubject& s, Findings& out) {
  // estimates from positions overdraw at impacts, and policies learn motions that ask for twice a
  // motor's torque for a moment (the spin-kick in data/clips does): 3 times is beyond learning
  constexpr double kShare = 0.02, kFactor = 3;
  // torques come from rates over 1/30 s on either side: a foot that comes down, a kink in the
  // velocity, shows for less than twice that, and how much then depends on the frame rate
  constexpr double kImpact = 1.0 / 15;  // s
  const CheckPhysics* p = s.physics();
  const bool known = p && std::any_of(p->torque_limit.begin(), p->torque_limit.end(),
                                      [](double v) { return std::isfinite(v); });
  if (!known) return out.skip("no torques were computed");
  std::vector<double> limits = p->torque_limit;
  for (double& limit : limits) limit *= kFactor;
  const int shortest = std::max(2, static_cast<int>(std::lround(kImpact * s.clip().fps)));
  beyond(p->torque, limits, kShare, shortest, "N m", s, out);
}

void self_collision(const CheckSubject& s, Findings& out) {
  constexpr double kDepth = 10;  // mm
  if (!s.physics()) return out.skip("no self-contacts were computed");
  std::map<std::pair<int, int>, std::vector<double>> depths;
  for (const SelfContact& c : s.physics()->contacts) {
    std::vector<double>& d = depths[{c.body_a, c.body_b}];
    d.resize(static_cast<size_t>(s.clip().frames()), 0.0);
    d[static_cast<size_t>(c.frame)] = 1000 * c.depth;
  }
  for (const auto& [pair, depth] : depths) {
    const auto name = [&](int b) { return s.skeleton().bodies()[static_cast<size_t>(b)].name; };
    for (const Run& r : runs_above(depth, kDepth)) {
      out.add(r.first, r.last, name(pair.first) + " and " + name(pair.second), r.peak, kDepth,
              "mm");
    }
  }
}

}  // namespace motus::rules
