#include "motion/resample.h"

#include <algorithm>
#include <cmath>

#include "motion/error.h"
#include "motion/events.h"

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

/// Weights of Catmull and Rom's spline for the frames before a, a, b and after b.
Eigen::Vector4d catmull_rom(double t) {
  return 0.5 * Eigen::Vector4d(t * (-1 + t * (2 - t)), 2 + t * t * (3 * t - 5),
                               t * (1 + t * (4 - 3 * t)), t * t * (t - 1));
}

/// The rows around a moment; beyond an end the motion goes on as it left (a straight line).
struct Around {
  int before, a, b, after;
  double t;
  bool open_start, open_end;

  Around(const Between& at, int frames)
      : before(std::max(at.a - 1, 0)),
        a(at.a),
        b(at.b),
        after(std::min(at.b + 1, frames - 1)),
        t(at.t),
        open_start(at.a == 0),
        open_end(at.b == frames - 1) {}

  template <typename Row>
  auto number(const Row& row) const {
    const auto p = row(a), q = row(b);
    const auto o = open_start ? (2 * p - q).eval() : row(before);
    const auto r = open_end ? (2 * q - p).eval() : row(after);
    const Eigen::Vector4d w = catmull_rom(t);
    return (w[0] * o + w[1] * p + w[2] * q + w[3] * r).eval();
  }

  template <typename At>
  Quat rotation(const At& at) const {
    const Quat p = at(a);
    const auto tangent = [&](int f) { return log_map(p.conjugate() * at(f)); };
    const Vec3 q = tangent(b);
    const Vec3 o = open_start ? Vec3(-q) : tangent(before);
    const Vec3 r = open_end ? Vec3(2 * q) : tangent(after);
    const Eigen::Vector4d w = catmull_rom(t);
    return (p * exp_map(w[0] * o + w[2] * q + w[3] * r)).normalized();
  }
};

/// Replaces the rows of `out` that lie between frames by cubic ones.
void cubic_rows(const Clip& clip, const std::vector<Between>& at, Clip& out) {
  for (size_t i = 0; i < at.size(); ++i) {
    if (at[i].t == 0) continue;
    const int f = static_cast<int>(i);
    const Around around(at[i], clip.frames());
    const auto row_of = [](const Frames& a) {
      return [&a](int k) { return Eigen::RowVectorXd(a.row(k)); };
    };
    out.root_pos.row(f) = around.number(row_of(clip.root_pos));
    Clip::set_quat(out.root_rot, f, 0, around.rotation([&](int k) { return clip.root_rot_at(k); }));
    for (int b = 0; b < clip.local_rot.cols() / 4; ++b) {
      Clip::set_quat(out.local_rot, f, b,
                     around.rotation([&](int k) { return clip.local_rot_at(k, b); }));
    }
    if (clip.dof_pos.size() == 0) continue;
    out.dof_pos.row(f) = around.number(row_of(clip.dof_pos));
    for (const Joint& j : clip.skeleton->joints()) {
      if (j.type != JointType::ball) continue;
      const Quat q = around.rotation(
          [&](int k) { return exp_map(clip.dof_pos.block<1, 3>(k, j.dof).transpose()); });
      out.dof_pos.block<1, 3>(f, j.dof) = log_map(q).transpose();
    }
  }
  make_continuous(out.root_rot);
  if (out.local_rot.size() > 0) make_continuous(out.local_rot);
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

int steady_frames(double duration, double fps, Eigen::Index columns) {
  constexpr double kMostNumbers = 1 << 27;
  // the small allowance keeps the last frame where duration * fps is whole but for rounding
  const double frames = std::floor(duration * fps + 1e-6) + 1;
  require(frames >= 1 && frames * static_cast<double>(columns) <= kMostNumbers, Kind::bad_input,
          "{} s at {} frames a second are too many frames", duration, fps);
  return static_cast<int>(frames);
}

Clip resample(const Clip& clip, double fps, Interpolation how) {
  require(std::isfinite(fps) && fps > 0, Kind::usage, "cannot resample to {} frames a second", fps);
  if (fps == clip.fps || clip.frames() < 2) {
    Clip out = clip;
    out.fps = fps;
    return out;
  }
  Eigen::Index columns = 7 + clip.dof_pos.cols() + clip.local_rot.cols();
  for (const auto& [name, channel] : clip.channels) columns += channel.data.cols();
  const int n = steady_frames(clip.duration(), fps, columns);
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
  if (how == Interpolation::cubic) cubic_rows(clip, at, out);
  out.fps = fps;
  return out;
}

Clip pick(const Clip& clip, std::span<const int> which) {
  std::vector<Between> at;
  for (const int f : which) {
    require(f >= 0 && f < clip.frames(), Kind::usage, "no frame {} among {}", f, clip.frames());
    at.push_back({f, f, 0.0});
  }
  return take(clip, at);
}

Clip cut(const Clip& clip, int first, int last) {
  require(first >= 0 && first < last && last <= clip.frames(), Kind::usage,
          "cannot cut frames {} to {} out of {}", first, last, clip.frames());
  std::vector<Between> at;
  for (int f = first; f < last; ++f) at.push_back({f, f, 0.0});
  Clip out = take(clip, at);
  out.events = within(placed(clip.events, -first / clip.fps), out.duration());
  return out;
}

}  // namespace motus
