// Rules about the numbers themselves: frames, rates, quaternions, stored velocities, loops.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "motion/check_rules.h"
#include "motion/edit_loop.h"
#include "motion/fix_frames.h"
#include "motion/kinematics.h"

namespace motus::rules {

void too_short(const CheckSubject& s, Findings& out) {
  constexpr double kLeast = 0.1;
  const Clip& c = s.clip();
  if (c.frames() >= 2 && c.duration() >= kLeast) return;
  out.add(0, c.frames() - 1, "", c.duration(), kLeast, "s");
}

void repaired(const CheckSubject& s, Findings& out) {
  constexpr double kNorm = 0.01;
  const Source& source = s.clip().source;
  const int last = s.clip().frames() - 1;
  for (const Hole& h : nan_holes(s.clip())) {
    out.add(h.first, h.last, h.part, h.last - h.first + 1, 0, "frames were NaN");
  }
  const auto norm = source.metadata.find("quat_norm_dev");
  if (norm == source.metadata.end()) return;
  const double off = std::strtod(norm->second.c_str(), nullptr);
  if (off > kNorm) out.add(0, last, "quaternions off unit length", off, kNorm, "");
}

void frame_rate(const CheckSubject& s, Findings& out) {
  const Clip& c = s.clip();
  constexpr double kLow = 10, kHigh = 500;
  if (c.fps < kLow) out.add(0, c.frames() - 1, "", c.fps, kLow, "frames/s");
  if (c.fps > kHigh) out.add(0, c.frames() - 1, "", c.fps, kHigh, "frames/s");
  if (c.source.fps_source == "guess")
    out.add(0, c.frames() - 1, "guessed", c.fps, c.fps, "frames/s");
}

void duplicate_frames(const CheckSubject& s, Findings& out) {
  constexpr double kShare = 0.05;
  const Clip& c = s.clip();
  if (c.frames() < 3) return;
  const std::vector<char> repeat = repeated_frames(c);
  const auto first = std::find(repeat.begin(), repeat.end(), 1);
  const auto repeats = std::count(repeat.begin(), repeat.end(), 1);
  const double share = static_cast<double>(repeats) / (c.frames() - 1);
  if (share <= kShare) return;
  const auto last = std::find(repeat.rbegin(), repeat.rend(), 1);
  out.add(static_cast<int>(first - repeat.begin()), static_cast<int>(repeat.rend() - last) - 1, "",
          100 * share, 100 * kShare, "%");
}

void quaternion_sign(const CheckSubject& s, Findings& out) {
  const Clip& c = s.clip();
  const auto flips = [&](const Frames& a, int item, const std::string& part) {
    std::vector<int> at;
    for (int f = 1; f < a.rows(); ++f) {
      if (Clip::quat_at(a, f, item).dot(Clip::quat_at(a, f - 1, item)) < 0) at.push_back(f);
    }
    if (!at.empty()) {
      out.add(at.front(), at.back(), part, static_cast<double>(at.size()), 0, "flips");
    }
  };
  flips(c.root_rot, 0, s.skeleton().bodies()[0].name);
  for (int b = 1; b < c.local_rot.cols() / 4; ++b) {
    flips(c.local_rot, b, s.skeleton().bodies()[static_cast<size_t>(b)].name);
  }
}

void stored_velocity(const CheckSubject& s, Findings& out) {
  constexpr double kCorrelation = 0.9, kMoving = 0.05;
  const Clip& c = s.clip();
  bool any = false;
  const auto compare = [&](const char* key, const Frames& truth) {
    const auto it = c.channels.find(key);
    if (it == c.channels.end() || it->second.data.cols() != truth.cols() || c.frames() < 4) return;
    any = true;
    const Frames& v = it->second.data;
    // forward, backward and central differences are all in use: neighbours are averaged on both
    // sides before comparing
    double ab = 0, aa = 0, bb = 0;
    for (int f = 1; f + 1 < c.frames(); ++f) {
      for (Eigen::Index k = 0; k < truth.cols(); ++k) {
        const double a = truth(f - 1, k) + truth(f, k);
        const double b = 0.5 * v(f - 1, k) + v(f, k) + 0.5 * v(f + 1, k);
        ab += a * b, aa += a * a, bb += b * b;
      }
    }
    const double count = static_cast<double>((c.frames() - 2) * truth.cols());
    if (std::sqrt(aa / count) < kMoving && std::sqrt(bb / count) < kMoving) return;
    const double r = ab / std::sqrt(std::max(aa * bb, 1e-300));
    if (r < kCorrelation) out.add(0, c.frames() - 1, key, r, kCorrelation, "");
  };
  // rates in the root's own frame are compared there
  const auto of_root = [&](const char* key, Frames truth) {
    const auto it = c.channels.find(key);
    if (it != c.channels.end() && it->second.frame == "base") {
      for (int f = 0; f < c.frames(); ++f) {
        const Vec3 world = truth.row(f).transpose();
        truth.row(f) = (c.root_rot_at(f).conjugate() * world).transpose();
      }
    }
    compare(key, truth);
  };
  of_root("root_lin_vel", linear_velocities(c.root_pos, c.fps));
  of_root("root_ang_vel", angular_velocities(c.root_rot, c.fps));
  if (c.dof_pos.cols() > 0) compare("dof_vel", dof_velocities(c));
  if (!any) out.skip("the clip stores no velocities");
}

void loop_heading(const CheckSubject& s, Findings& out) {
  constexpr double kDegrees = 3;
  const Clip& c = s.clip();
  if (c.loop != LoopMode::wrap) return out.skip("the clip does not wrap");
  const double drift = std::abs(heading_drift(c)) * 180 / M_PI;
  if (drift > kDegrees) out.add(0, c.frames() - 1, "", drift, kDegrees, "deg");
}

void loop_seam(const CheckSubject& s, Findings& out) {
  const Clip& c = s.clip();
  constexpr double kDegrees = 3, kHeight = 20;
  if (c.loop != LoopMode::wrap) return out.skip("the clip does not wrap");
  const int last = c.frames() - 1;
  std::vector<Quat> a, b;
  joint_rotations(c, 0, a);
  joint_rotations(c, last, b);
  // a cycle may turn the figure, but not tilt it
  a[0] = heading_rotation(c.root_rot_at(0)).conjugate() * c.root_rot_at(0);
  b[0] = heading_rotation(c.root_rot_at(last)).conjugate() * c.root_rot_at(last);
  // an open seam shows in most bodies: the worst one speaks
  double worst = 0;
  size_t body = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const double angle = log_map(a[i].conjugate() * b[i]).norm() * 180 / M_PI;
    if (angle > worst) worst = angle, body = i;
  }
  if (worst > kDegrees) {
    out.add(last, last, s.skeleton().bodies()[body].name, worst, kDegrees, "deg");
  }
  const double rise = 1000 * std::abs(c.root_pos(last, 2) - c.root_pos(0, 2));
  if (rise > kHeight) out.add(last, last, "root height", rise, kHeight, "mm");
}

}  // namespace motus::rules
