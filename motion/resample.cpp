#include "motion/resample.h"

#include <algorithm>
#include <cmath>

#include "motion/error.h"

namespace motus {

namespace {

/// Two source rows and the weight of the second.
struct Between {
  int a, b;
  double t;
};

Frames lerp_rows(const Frames& in, const std::vector<Between>& at) {
  Frames out(static_cast<Eigen::Index>(at.size()), in.cols());
  for (size_t i = 0; i < at.size(); ++i) {
    const auto& [a, b, t] = at[i];
    if (t == 0) {
      out.row(static_cast<Eigen::Index>(i)) = in.row(a);
    } else {
      out.row(static_cast<Eigen::Index>(i)) = (1.0 - t) * in.row(a) + t * in.row(b);
    }
  }
  return out;
}

Frames slerp_rows(const Frames& in, const std::vector<Between>& at) {
  Frames out(static_cast<Eigen::Index>(at.size()), in.cols());
  for (size_t i = 0; i < at.size(); ++i) {
    const auto& [a, b, t] = at[i];
    const int f = static_cast<int>(i);
    if (t == 0) {
      out.row(f) = in.row(a);
      continue;
    }
    for (int k = 0; k < in.cols() / 4; ++k) {
      Clip::set_quat(out, f, k, slerp(Clip::quat_at(in, a, k), Clip::quat_at(in, b, k), t));
    }
  }
  return out;
}

Frames lerp_dofs(const Clip& clip, const std::vector<Between>& at) {
  Frames out = lerp_rows(clip.dof_pos, at);
  for (const Joint& j : clip.skeleton->joints()) {
    if (j.type != JointType::ball) continue;
    for (size_t i = 0; i < at.size(); ++i) {
      const auto& [a, b, t] = at[i];
      if (t == 0) continue;
      const Quat p = exp_map(clip.dof_pos.block<1, 3>(a, j.dof)),
                 q = exp_map(clip.dof_pos.block<1, 3>(b, j.dof));
      out.block<1, 3>(static_cast<Eigen::Index>(i), j.dof) = log_map(slerp(p, q, t)).transpose();
    }
  }
  return out;
}

Clip take(const Clip& clip, const std::vector<Between>& at) {
  Clip out = clip;
  out.root_pos = lerp_rows(clip.root_pos, at);
  out.root_rot = slerp_rows(clip.root_rot, at);
  if (clip.dof_pos.size() > 0) out.dof_pos = lerp_dofs(clip, at);
  if (clip.local_rot.size() > 0) out.local_rot = slerp_rows(clip.local_rot, at);
  for (auto& [name, channel] : out.channels) {
    channel.data =
        channel.components == 4 ? slerp_rows(channel.data, at) : lerp_rows(channel.data, at);
  }
  return out;
}

}  // namespace

Clip resample(const Clip& clip, double fps) {
  require(std::isfinite(fps) && fps > 0, Kind::usage, "cannot resample to {} frames a second", fps);
  if (fps == clip.fps || clip.frames() < 2) {
    Clip out = clip;
    out.fps = fps;
    return out;
  }
  // the small allowance keeps the last frame where duration * fps is whole but for rounding
  const int n = static_cast<int>(std::floor(clip.duration() * fps + 1e-6)) + 1;
  std::vector<Between> at;
  at.reserve(static_cast<size_t>(n));
  for (int i = 0; i < n; ++i) {
    const double x = std::min(i / fps * clip.fps, static_cast<double>(clip.frames() - 1));
    const int a = std::min(static_cast<int>(x + 1e-9), clip.frames() - 1);
    const int b = std::min(a + 1, clip.frames() - 1);
    const double t = std::clamp(x - a, 0.0, 1.0);
    at.push_back({a, b, t < 1e-9 ? 0.0 : t});
  }
  Clip out = take(clip, at);
  out.fps = fps;
  return out;
}

Clip cut(const Clip& clip, int first, int last) {
  require(first >= 0 && first < last && last <= clip.frames(), Kind::usage,
          "cannot cut frames {} to {} out of {}", first, last, clip.frames());
  std::vector<Between> at;
  for (int f = first; f < last; ++f) at.push_back({f, f, 0.0});
  return take(clip, at);
}

}  // namespace motus
