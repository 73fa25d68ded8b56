#include "motion/edit_smooth.h"

#include <algorithm>
#include <cmath>

#include "motion/edit_channels.h"
#include "motion/error.h"

namespace motus {

namespace {

/// Frames before and after the clip: point-symmetric about its ends, or the cycle turned on.
class Beyond {
 public:
  explicit Beyond(const Clip& clip) : wrap_(clip.loop == LoopMode::wrap), last_(clip.frames() - 1) {
    if (!wrap_) return;
    turn_ = heading_rotation(clip.root_rot_at(last_)) *
            heading_rotation(clip.root_rot_at(0)).conjugate();
    start_ = clip.root_pos_at(0), end_ = clip.root_pos_at(last_);
    end_.z() = start_.z();  // a cycle does not climb
  }

  /// at(f) for any f; `at` gives vectors, `world` those of the root.
  template <typename At>
  auto number(int f, const At& at, bool world = false) const {
    using V = std::decay_t<decltype(at(0))>;
    if (f >= 0 && f <= last_) return V(at(f));
    if (!wrap_) {
      const int end = f < 0 ? 0 : last_;
      return V(2 * at(end) - at(std::clamp(2 * end - f, 0, last_)));
    }
    V v = at(inside(f));
    if constexpr (V::RowsAtCompileTime == 3) {
      if (world)
        v = f < 0 ? V(turn_.conjugate() * (v - end_) + start_) : V(turn_ * (v - start_) + end_);
    }
    return v;
  }

  template <typename At>
  Quat rotation(int f, const At& at, bool world = false) const {
    if (f >= 0 && f <= last_) return at(f);
    if (!wrap_) {
      const Quat end = at(f < 0 ? 0 : last_);
      return end * at(std::clamp(2 * (f < 0 ? 0 : last_) - f, 0, last_)).conjugate() * end;
    }
    const Quat q = at(inside(f));
    return !world ? q : f < 0 ? turn_.conjugate() * q : turn_ * q;
  }

 private:
  /// The frame a cycle on or back; the last frame is the first one.
  int inside(int f) const { return f < 0 ? f + last_ : f - last_; }

  bool wrap_;
  int last_;
  Quat turn_ = Quat::Identity();
  Vec3 start_ = Vec3::Zero(), end_ = Vec3::Zero();
};

struct Kernel {
  int reach;
  std::vector<double> weight;  ///< of frames -reach to reach
};

Kernel gaussian(double sigma, int most) {
  Kernel k{static_cast<int>(std::min(std::ceil(3.5 * sigma), static_cast<double>(most))), {}};
  double sum = 0;
  for (int i = -k.reach; i <= k.reach; ++i) {
    k.weight.push_back(std::exp(-0.5 * i * i / (sigma * sigma)));
    sum += k.weight.back();
  }
  for (double& w : k.weight) w /= sum;
  return k;
}

template <typename At>
Quat smooth_rotation(const Beyond& beyond, const Kernel& k, int f, const At& at, bool world) {
  const Quat centre = at(f);
  Vec3 mean = Vec3::Zero();
  for (int i = -k.reach; i <= k.reach; ++i) {
    mean += k.weight[static_cast<size_t>(i + k.reach)] *
            log_map(centre.conjugate() * beyond.rotation(f + i, at, world));
  }
  return (centre * exp_map(mean)).normalized();
}

template <typename At>
auto smooth_number(const Beyond& beyond, const Kernel& k, int f, const At& at, bool world) {
  auto sum = (k.weight[0] * beyond.number(f - k.reach, at, world)).eval();
  for (int i = 1 - k.reach; i <= k.reach; ++i) {
    sum += k.weight[static_cast<size_t>(i + k.reach)] * beyond.number(f + i, at, world);
  }
  return sum;
}

}  // namespace

Clip smooth(const Clip& clip, double hertz) {
  require(std::isfinite(hertz) && hertz > 0, Kind::usage, "cannot smooth at {} Hz", hertz);
  if (hertz >= clip.fps / 2 || clip.frames() < 3) return clip;
  Clip out = clip;
  drop_derived_channels(out);
  const Beyond beyond(clip);
  // a Gaussian passes 1 / sqrt 2 where 2 pi f sigma = sqrt(ln 2)
  const double sigma = std::sqrt(std::log(2.0)) / (2 * M_PI * hertz) * clip.fps;
  const Kernel k = gaussian(sigma, clip.frames() - 1);
  for (int f = 0; f < clip.frames(); ++f) {
    out.root_pos.row(f) =
        smooth_number(beyond, k, f, [&](int i) { return clip.root_pos_at(i); }, true).transpose();
    Clip::set_quat(out.root_rot, f, 0,
                   smooth_rotation(beyond, k, f, [&](int i) { return clip.root_rot_at(i); }, true));
    for (int b = 1; b < clip.local_rot.cols() / 4; ++b) {
      const auto at = [&](int i) { return clip.local_rot_at(i, b); };
      Clip::set_quat(out.local_rot, f, b, smooth_rotation(beyond, k, f, at, false));
    }
    if (clip.dof_pos.size() == 0) continue;
    const auto dofs = [&](int i) { return Eigen::VectorXd(clip.dof_pos.row(i).transpose()); };
    out.dof_pos.row(f) = smooth_number(beyond, k, f, dofs, false).transpose();
    for (const Joint& j : clip.skeleton->joints()) {
      if (j.type != JointType::ball) continue;
      const auto at = [&](int i) {
        return exp_map(clip.dof_pos.block<1, 3>(i, j.dof).transpose());
      };
      out.dof_pos.block<1, 3>(f, j.dof) =
          log_map(smooth_rotation(beyond, k, f, at, false)).transpose();
    }
  }
  make_continuous(out.root_rot);
  if (out.local_rot.size() > 0) make_continuous(out.local_rot);
  return out;
}

}  // namespace motus
