#include "motion/fade.h"

#include <cmath>

#include "motion/kinematics.h"

namespace motus {

namespace {

/// Rotations of a frame in the order of PoseGap: the tilt, then one a body.
std::vector<Quat> rotations_of(const Clip& clip, int frame) {
  std::vector<Quat> out;
  joint_rotations(clip, frame, out);
  out[0] = tilt(clip.root_rot_at(frame));
  return out;
}

bool by_dofs(const Clip& clip) {
  return clip.local_rot.size() == 0;
}

/// b - a in the coordinates of PoseGap.
Eigen::VectorXd difference(const Clip& ca, int fa, const Clip& cb, int fb) {
  const Skeleton& s = *ca.skeleton;
  const std::vector<Quat> a = rotations_of(ca, fa), b = rotations_of(cb, fb);
  Eigen::VectorXd out(3 * s.body_count());
  for (int i = 0; i < s.body_count(); ++i) {
    const size_t k = static_cast<size_t>(i);
    out.segment<3>(3 * i) = log_map(a[k].conjugate() * b[k]);
    if (i == 0 || !by_dofs(ca)) continue;
    const auto [first, last] = s.joints_of(i);
    for (int j = first; j < last; ++j) {
      const Joint& joint = s.joints()[static_cast<size_t>(j)];
      if (joint.type == JointType::ball) continue;
      // hinges are numbers: an angle beyond half a turn stays what it is
      if (j == first) out.segment<3>(3 * i).setZero();
      if (j - first < 3) {
        out[3 * i + j - first] = cb.dof_pos(fb, joint.dof) - ca.dof_pos(fa, joint.dof);
      }
    }
  }
  return out;
}

}  // namespace

Quat tilt(const Quat& root) {
  return heading_rotation(root).conjugate() * root;
}

PoseGap pose_gap(const Clip& a, int from, const Clip& b, int to) {
  PoseGap g;
  g.value = difference(b, to, a, from);
  g.rate = Eigen::VectorXd::Zero(g.value.size());
  g.height = a.root_pos(from, 2) - b.root_pos(to, 2);
  if (from > 0 && to + 1 < b.frames()) {
    g.rate = a.fps * difference(a, from - 1, a, from) - b.fps * difference(b, to, b, to + 1);
    g.height_rate = a.fps * (a.root_pos(from, 2) - a.root_pos(from - 1, 2)) -
                    b.fps * (b.root_pos(to + 1, 2) - b.root_pos(to, 2));
  }
  return g;
}

void add_gap(Clip& clip, int frame, const PoseGap& gap, double w, double v) {
  constexpr double kNothing = 1e-12;
  const Skeleton& s = *clip.skeleton;
  const double rise = w * gap.height + v * gap.height_rate;
  if (std::abs(rise) > kNothing) clip.root_pos(frame, 2) += rise;
  for (int i = 0; i < s.body_count(); ++i) {
    const Vec3 x = w * gap.value.segment<3>(3 * i) + v * gap.rate.segment<3>(3 * i);
    if (x.norm() < kNothing) continue;
    if (i == 0) {
      const Quat root = clip.root_rot_at(frame);
      Clip::set_quat(clip.root_rot, frame, 0, heading_rotation(root) * tilt(root * exp_map(x)));
    } else if (!by_dofs(clip)) {
      Clip::set_quat(clip.local_rot, frame, i, clip.local_rot_at(frame, i) * exp_map(x));
    } else {
      const auto [first, last] = s.joints_of(i);
      for (int j = first; j < last && j - first < 3; ++j) {
        const Joint& joint = s.joints()[static_cast<size_t>(j)];
        if (joint.type == JointType::hinge) {
          clip.dof_pos(frame, joint.dof) += x[j - first];
          continue;
        }
        const Quat q = exp_map(clip.dof_pos.block<1, 3>(frame, joint.dof).transpose());
        clip.dof_pos.block<1, 3>(frame, joint.dof) = log_map(q * exp_map(x)).transpose();
      }
    }
  }
}

FadeWeights fade_weights(double time, double length) {
  if (!(length > 0) || time >= length) return {};
  const double s = std::max(time, 0.0) / length;
  // Hermite's basis for the value and the slope at the start
  return {1 + s * s * (2 * s - 3), length * s * (1 + s * (s - 2))};
}

}  // namespace motus
