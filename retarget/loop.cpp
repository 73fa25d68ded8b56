#include "retarget/loop.h"

#include <algorithm>
#include <cmath>

#include "motion/kinematics.h"

namespace motus::retarget {

namespace {
constexpr double kSamePose = 0.35;  // rad
}

bool closes(const Clip& clip) {
  const int last = clip.frames() - 1;
  if (last < 2) return false;
  std::vector<Quat> a, b;
  joint_rotations(clip, 0, a);
  joint_rotations(clip, last, b);
  if (clip.root_rot_at(0).angularDistance(clip.root_rot_at(last)) > kSamePose) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].angularDistance(b[i]) > kSamePose) return false;
  }
  return true;
}

Clip unroll(const Clip& clip, int pad) {
  const int period = clip.frames() - 1, frames = clip.frames() + 2 * pad;
  Vec3 travel = clip.root_pos_at(period) - clip.root_pos_at(0);
  travel.z() = 0;
  Clip out = clip;
  out.channels.clear();
  const auto rows = [&](const Frames& in) {
    Frames r(in.rows() > 0 ? frames : 0, in.cols());
    for (Eigen::Index f = 0; f < r.rows(); ++f) {
      const int k = static_cast<int>(f) - pad;
      // the first and last frame are the same moment: keep both as they are within the clip
      const int source = k >= 0 && k <= period ? k : ((k % period) + period) % period;
      r.row(f) = in.row(source);
    }
    return r;
  };
  out.root_pos = rows(clip.root_pos);
  out.root_rot = rows(clip.root_rot);
  out.dof_pos = rows(clip.dof_pos);
  out.local_rot = rows(clip.local_rot);
  for (int f = 0; f < frames; ++f) {
    const int k = f - pad;
    if (k >= 0 && k <= period) continue;
    const double cycles = std::floor(static_cast<double>(k) / period);
    out.root_pos.row(f) += cycles * travel.transpose();
  }
  return out;
}

double close_seam(Clip& clip, int blend) {
  const int last = clip.frames() - 1;
  if (last < 2) return 0;
  blend = std::clamp(blend, 1, last);
  Eigen::RowVectorXd gap;
  if (clip.dof_pos.size() > 0) gap = clip.dof_pos.row(0) - clip.dof_pos.row(last);
  const int bodies = clip.local_rot.size() > 0 ? clip.skeleton->body_count() : 0;
  const Vec3 turn = log_map(clip.root_rot_at(0) * clip.root_rot_at(last).conjugate());
  const double rise = clip.root_pos(0, 2) - clip.root_pos(last, 2);
  for (int f = last - blend + 1; f <= last; ++f) {
    const double t = static_cast<double>(f - (last - blend)) / blend, w = t * t * (3 - 2 * t);
    if (gap.size() > 0) clip.dof_pos.row(f) += w * gap;
    for (int b = 1; b < bodies; ++b) {
      const Quat whole = clip.local_rot_at(last, b).conjugate() * clip.local_rot_at(0, b);
      // the last frame is changed last, so it still says what is missing
      Clip::set_quat(clip.local_rot, f, b, clip.local_rot_at(f, b) * exp_map(w * log_map(whole)));
    }
    clip.root_pos(f, 2) += w * rise;
    Clip::set_quat(clip.root_rot, f, 0, exp_map(w * turn) * clip.root_rot_at(f));
  }
  if (gap.size() > 0) clip.dof_pos.row(last) = clip.dof_pos.row(0);
  if (bodies > 0) clip.local_rot.row(last) = clip.local_rot.row(0);
  clip.root_pos(last, 2) = clip.root_pos(0, 2);
  const Quat first = clip.root_rot_at(0);
  Clip::set_quat(clip.root_rot, last, 0, first);
  make_continuous(clip.root_rot);
  if (bodies > 0) make_continuous(clip.local_rot);
  return gap.size() > 0 ? gap.cwiseAbs().maxCoeff() : 0.0;
}

}  // namespace motus::retarget
