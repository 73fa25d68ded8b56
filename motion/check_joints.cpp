// Rules about joints and about steps from one frame to the next.
#include <algorithm>
#include <cmath>

#include "motion/check_rules.h"
#include "motion/fix_frames.h"

namespace motus::rules {

namespace {

std::vector<double> column(const Frames& a, Eigen::Index c) {
  std::vector<double> out(static_cast<size_t>(a.rows()));
  for (Eigen::Index r = 0; r < a.rows(); ++r) out[static_cast<size_t>(r)] = a(r, c);
  return out;
}

/// Reports steps above `least` that are 3 times any step two or three frames away. A frame out of
/// place makes two large steps side by side, a cut makes one; the peak of a real swing has large
/// steps all around.
void jumps(const std::vector<double>& steps, double least, double scale, const std::string& part,
           std::string_view unit, Findings& out) {
  constexpr double kFactor = 3;
  const int n = static_cast<int>(steps.size());
  for (int f = 0; f < n; ++f) {
    const double step = steps[static_cast<size_t>(f)];
    if (step <= least) continue;
    double limit = least;
    for (const int k : {f - 3, f - 2, f + 2, f + 3}) {
      if (k >= 0 && k < n) limit = std::max(limit, kFactor * steps[static_cast<size_t>(k)]);
    }
    if (step > limit) out.add(f, f + 1, part, scale * step, scale * limit, unit);
  }
}

}  // namespace

void joint_limits(const CheckSubject& s, Findings& out) {
  constexpr double kTolerance = 0.01;
  const auto& dofs = s.skeleton().dofs();
  const bool any = std::any_of(dofs.begin(), dofs.end(), [](const Dof& d) { return d.limited(); });
  if (!any || s.clip().dof_pos.size() == 0) return out.skip("no joint limits are known");
  const Frames excess = limit_excess(s.clip());
  for (Eigen::Index d = 0; d < excess.cols(); ++d) {
    for (const Run& r : runs_above(column(excess, d), kTolerance)) {
      out.add(r.first, r.last, dofs[static_cast<size_t>(d)].name, r.peak, kTolerance, "rad");
    }
  }
}

void joint_speed(const CheckSubject& s, Findings& out) {
  constexpr double kFastest = 30;  // rad/s: hip and thigh motors of the Go2, ankles of the G1
  for (int b = 1; b < s.skeleton().body_count(); ++b) {
    std::vector<double> speed = column(s.steps(), b);
    for (double& v : speed) v *= s.clip().fps;
    for (const Run& r : runs_above(speed, kFastest)) {
      out.add(r.first, r.last + 1, s.skeleton().bodies()[static_cast<size_t>(b)].name, r.peak,
              kFastest, "rad/s");
    }
  }
}

void joint_jump(const CheckSubject& s, Findings& out) {
  // 0.5 rad between frames at 30 frames a second, and the same speed at other rates
  const double least = 15 / s.clip().fps;
  for (int b = 0; b < s.skeleton().body_count(); ++b) {
    jumps(column(s.steps(), b), least, 1, s.skeleton().bodies()[static_cast<size_t>(b)].name, "rad",
          out);
  }
  // out of place for two or three frames
  for (const Spike& k : find_spikes(s.clip())) {
    const double step = s.steps()(k.first - 1, k.body);
    if (k.first == k.last || step <= least) continue;
    out.add(k.first - 1, k.last + 1, s.skeleton().bodies()[static_cast<size_t>(k.body)].name, step,
            least, "rad");
  }
}

void root_jump(const CheckSubject& s, Findings& out) {
  const double least = 3 / s.clip().fps;  // m
  std::vector<double> steps;
  for (int f = 0; f + 1 < s.clip().frames(); ++f) {
    steps.push_back((s.clip().root_pos_at(f + 1) - s.clip().root_pos_at(f)).norm());
  }
  const std::string& root = s.skeleton().bodies()[0].name;
  jumps(steps, least, 1000, root, "mm", out);
  for (const Spike& k : find_spikes(s.clip())) {
    if (k.body != 0 || k.first == k.last) continue;
    const double step = steps[static_cast<size_t>(k.first - 1)];
    if (step > least) out.add(k.first - 1, k.last + 1, root, 1000 * step, 1000 * least, "mm");
  }
}

}  // namespace motus::rules
