// What a judge says of its numbers. Thresholds are those at which a viewer sees the fault: DTW pose
// errors of published AMP policies are .03 to .06 m (Peng et al. 2021, table 3).
#include <algorithm>
#include <cmath>

#include "motion/error.h"
#include "motion/judge.h"
#include "motion/mirror.h"

namespace motus {

namespace {

/// Speeds mean something to compare with where the clips have about one of them.
bool one_speed(const Quality& q) {
  return std::abs(q.clip_speed) > 0.1 && q.speed_spread < 0.25 * std::abs(q.clip_speed);
}

/// Strides' time against the clip's; 1 where either has none.
double stride_ratio(const Quality& q) {
  const bool both = q.gait.period > 0 && q.clip_gait.period > 0;
  return both ? q.gait.period / q.clip_gait.period : 1;
}

/// The pair of feet whose time on the floor differs most, against the same pair in the clip.
struct Limp {
  double extra = 0;
  const FootGait *more = nullptr, *less = nullptr;
};

Limp limp_of(const Quality& q) {
  std::vector<std::string> names;
  names.reserve(q.gait.feet.size());
  for (const FootGait& f : q.gait.feet) names.push_back(f.name);
  const auto of_clip = [&](const std::string& name) {
    for (const FootGait& f : q.clip_gait.feet) {
      if (f.name == name) return f.duty;
    }
    return 0.0;
  };
  Limp out;
  for (const FootGait& f : q.gait.feet) {
    const std::string other = mirrored_name(f.name, names);
    for (const FootGait& g : q.gait.feet) {
      if (g.name != other || f.duty < g.duty) continue;
      const double extra = f.duty - g.duty - std::abs(of_clip(f.name) - of_clip(g.name));
      if (extra > out.extra) out = {.extra = extra, .more = &f, .less = &g};
    }
  }
  return out;
}

/// Motors that have nothing left for long: what they would do there, a policy cannot choose. "" = none.
std::string motors_at_limit(const Quality& q) {
  constexpr double kLong = 0.05;
  std::vector<std::pair<double, std::string>> worst;
  for (const auto& [dof, load] : q.motors) {
    if (load.at_limit > kLong) worst.emplace_back(load.at_limit, dof);
  }
  std::sort(worst.begin(), worst.end(),
            [](const auto& a, const auto& b) { return a.first > b.first; });
  constexpr size_t kNamed = 3;
  std::string names;
  for (size_t i = 0; i < std::min(worst.size(), kNamed); ++i) {
    names += fmt::format("{}{} {:.0f} % of the time", i > 0 ? ", " : "", worst[i].second,
                         100 * worst[i].first);
  }
  if (worst.empty()) return "";
  if (worst.size() > kNamed) names += fmt::format(", {} more", worst.size() - kNamed);
  return "at their torque limit too long: " + names;
}

}  // namespace

double Judge::score(const Quality& q) {
  const auto closeness = [](double off) { return 1 / (1 + off * off); };
  const double speed = one_speed(q) ? (q.speed - q.clip_speed) / (0.25 * q.clip_speed) : 0;
  return q.length * closeness(q.pose_error / 0.1) * closeness(speed) *
         closeness((stride_ratio(q) - 1) / 0.5);
}

std::vector<std::string> Judge::diagnose(const Quality& q) {
  std::vector<std::string> out;
  const auto say = [&](bool fault, std::string words) {
    if (fault && !words.empty()) out.push_back(std::move(words));
  };
  const double clip = q.clip_speed, part = clip != 0 ? q.speed / clip : 1;
  const bool paced = one_speed(q);
  const bool stands = paced && std::abs(part) < 0.2 && q.length > 0.5;
  const bool mirrored =
      q.mirrored_error > 0 && q.pose_error > 0.03 && q.mirrored_error < 0.7 * q.pose_error;

  say(20 * q.falls > q.episodes,
      fmt::format("falls in {} of {} episodes, which last {:.0f} % of their time", q.falls,
                  q.episodes, 100 * q.length));
  say(stands, fmt::format("stands still: {:.2f} m/s where the clips go {:.2f}; standing pays well "
                          "enough: a velocity "
                          "envelope or a reward for speed ends it",
                          q.speed, clip));
  say(mirrored, fmt::format("left and right are exchanged: {:.3f} m from the clips, {:.3f} m from "
                            "their mirror images",
                            q.pose_error, q.mirrored_error));
  const double stride = stride_ratio(q);
  say(paced && !stands && std::abs(part - 1) > 0.15,
      fmt::format("{}: {:.2f} m/s where the clips go {:.2f}{}",
                  part < 0      ? "goes backwards"
                  : part < 0.15 ? "hardly moves on"
                  : part < 1    ? "too slow"
                                : "too fast",
                  q.speed, clip,
                  std::abs(stride - 1) > 0.15
                      ? fmt::format(", strides take {:.2g} times as long", stride)
                      : ""));
  say(paced && !stands && std::abs(part - 1) <= 0.15 && std::abs(stride - 1) > 0.15,
      fmt::format(
          "{} steps than the clips, as fast over the ground: strides take {:.2f} s, not {:.2f}",
          stride < 1 ? "shorter and quicker" : "longer and slower", q.gait.period,
          q.clip_gait.period));
  say(paced && !stands && q.speed > 0.3 && q.net_speed < 0.7 * q.speed,
      fmt::format("goes in circles: {:.2f} m/s forward, {:.2f} m/s from start to end", q.speed,
                  q.net_speed));
  if (const Limp limp = limp_of(q); limp.extra > 0.08 && !stands) {
    say(true, fmt::format("limps: {} stands {:.0f} % of the time, {} {:.0f} %", limp.more->name,
                          100 * limp.more->duty, limp.less->name, 100 * limp.less->duty));
  }
  say(q.pose_error > 0.06 && !mirrored && !stands,
      fmt::format("postures are {:.3f} m from those of the clips", q.pose_error));
  say(q.foot_slip > 0.1, fmt::format("standing feet slip at {:.2f} m/s", q.foot_slip));
  say(q.jerk > 3,
      fmt::format("jerks: joints change their acceleration {:.1f} times as fast as in the clips",
                  q.jerk));
  say(true, motors_at_limit(q));
  say(q.coverage < 0.5 && !stands,
      fmt::format("only {:.0f} % of the clips' moments are ever shown", 100 * q.coverage));
  return out;
}

}  // namespace motus
