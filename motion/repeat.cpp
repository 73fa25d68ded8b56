#include "motion/repeat.h"

#include <algorithm>

#include "motion/kinematics.h"
#include "motion/sampler.h"

namespace motus {

Clip repeat(const Clip& clip, double seconds, double fps) {
  const Dataset one = Dataset::from({clip});
  const MotionSampler sampler(one);
  const double length = sampler.wraps(0) ? std::max(seconds, sampler.length(0)) : sampler.length(0);
  const auto frames = static_cast<Eigen::Index>(length * fps) + 1;
  Clip out;
  out.name = clip.name;
  out.skeleton = clip.skeleton;
  out.fps = fps;
  out.root_pos.resize(frames, 3);
  out.root_rot.resize(frames, 4);
  const bool robot = clip.skeleton->kind() == SkeletonKind::robot;
  if (robot) {
    out.dof_pos.resize(frames, clip.skeleton->dof_count());
  } else {
    out.local_rot.resize(frames, 4 * clip.skeleton->body_count());
  }
  MotionState s;
  for (Eigen::Index f = 0; f < frames; ++f) {
    sampler.sample(0, static_cast<double>(f) / fps, s);
    out.root_pos.row(f) = s.root_pos.transpose();
    Clip::set_quat(out.root_rot, static_cast<int>(f), 0, s.root_rot);
    if (robot) {
      dofs_from_rotations(*clip.skeleton, s.joint_rot, out.dof_pos.row(f).data());
      continue;
    }
    for (int b = 0; b < clip.skeleton->body_count(); ++b) {
      Clip::set_quat(out.local_rot, static_cast<int>(f), b, s.joint_rot[static_cast<size_t>(b)]);
    }
  }
  return out;
}

}  // namespace motus
