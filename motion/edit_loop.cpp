#include "motion/edit_loop.h"

#include <algorithm>
#include <cmath>

#include "motion/edit_channels.h"
#include "motion/error.h"
#include "motion/fade.h"

namespace motus {

namespace {

constexpr double kStraighten = 20 * M_PI / 180;

/// Turns frame f back by its share of the drift, path and heading.
void straighten(Clip& clip, double drift) {
  const int last = clip.frames() - 1;
  const Clip from = clip;
  for (int f = 1; f <= last; ++f) {
    const Vec3 step = from.root_pos_at(f) - from.root_pos_at(f - 1);
    const Vec3 turned = yaw_rotation(-drift * (f - 0.5) / last) * step;
    clip.root_pos.row(f) = clip.root_pos.row(f - 1) + turned.transpose();
    Clip::set_quat(clip.root_rot, f, 0, yaw_rotation(-drift * f / last) * from.root_rot_at(f));
  }
}

/// The last frame's pose is the first one's to the last bit; place and heading stay.
void close_seam(Clip& clip) {
  const int last = clip.frames() - 1;
  clip.root_pos(last, 2) = clip.root_pos(0, 2);
  const Quat root = heading_rotation(clip.root_rot_at(last)) * tilt(clip.root_rot_at(0));
  Clip::set_quat(clip.root_rot, last, 0, root);
  if (clip.dof_pos.size() > 0) clip.dof_pos.row(last) = clip.dof_pos.row(0);
  if (clip.local_rot.size() > 0) clip.local_rot.row(last) = clip.local_rot.row(0);
}

}  // namespace

double heading_drift(const Clip& clip) {
  const double a = heading(clip.root_rot_at(0)), b = heading(clip.root_rot_at(clip.frames() - 1));
  return std::remainder(b - a, 2 * M_PI);
}

Clip make_loop(const Clip& clip, double blend) {
  constexpr double kClosed = 1e-6;
  require(clip.frames() >= 4, Kind::usage, "clip '{}' has {} frames: too few for a cycle",
          clip.name, clip.frames());
  require(std::isfinite(blend) && blend >= 0, Kind::usage, "cannot blend over {} seconds", blend);
  Clip out = clip;
  out.loop = LoopMode::wrap;
  const double drift = heading_drift(clip);
  const bool straight = std::abs(drift) < kClosed || std::abs(drift) > kStraighten;
  const int last = clip.frames() - 1;
  const PoseGap gap = pose_gap(clip, last, clip, 0);
  const bool closed = gap.value.cwiseAbs().maxCoeff() < kClosed && std::abs(gap.height) < kClosed;
  if (closed && straight) return out;
  drop_derived_channels(out);
  if (!straight) straighten(out, drift);
  if (!closed) {
    const double length = std::min(blend, clip.duration() / 2);
    for (int f = 0; f <= last; ++f) {
      // both ends go half the way, and pass the seam at the mean of their rates
      const FadeWeights start = fade_weights(f / clip.fps, length),
                        end = fade_weights((last - f) / clip.fps, length);
      if (start.value != 0) add_gap(out, f, gap, 0.5 * start.value, 0.5 * start.rate);
      if (end.value != 0) add_gap(out, f, gap, -0.5 * end.value, 0.5 * end.rate);
    }
    close_seam(out);
  }
  make_continuous(out.root_rot);
  if (out.local_rot.size() > 0) make_continuous(out.local_rot);
  return out;
}

}  // namespace motus
