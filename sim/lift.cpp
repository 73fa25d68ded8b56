#include "sim/lift.h"

#include <algorithm>
#include <vector>

#include "motion/kinematics.h"
#include "sim/model.h"

namespace motus::sim {

namespace {

/// The generalised positions of one frame, in MuJoCo's order.
void set_frame(const mjModel& m, mjData* d, const Clip& clip, int frame, std::vector<Quat>& rot,
               std::vector<double>& dofs) {
  const Skeleton& s = *clip.skeleton;
  joint_rotations(clip, frame, rot);
  dofs.resize(static_cast<size_t>(s.dof_count()));
  dofs_from_rotations(s, rot, dofs.data());
  Eigen::Map<Vec3>(d->qpos) = clip.root_pos_at(frame);
  const Quat q = clip.root_rot_at(frame);
  d->qpos[3] = q.w(), d->qpos[4] = q.x(), d->qpos[5] = q.y(), d->qpos[6] = q.z();
  for (size_t i = 0; i < s.joints().size(); ++i) {
    const Joint& j = s.joints()[i];
    mjtNum* p = d->qpos + m.jnt_qposadr[i + 1];
    if (j.type == JointType::ball) {
      const Quat& r = rot[static_cast<size_t>(j.body)];
      p[0] = r.w(), p[1] = r.x(), p[2] = r.y(), p[3] = r.z();
    } else {
      p[0] = dofs[static_cast<size_t>(j.dof)];
    }
  }
}

}  // namespace

void lift_clips(Dataset& dataset, const mjModel& m, ClipLift rule) {
  const DataPtr d(mj_makeData(&m));
  std::vector<Quat> rot;
  std::vector<double> dofs, lowest;
  for (Clip& clip : dataset.clips) {
    lowest.clear();
    for (int f = 0; f < clip.frames(); ++f) {
      set_frame(m, d.get(), clip, f, rot, dofs);
      mj_kinematics(&m, d.get());
      lowest.push_back(lowest_point(&m, d.get()));
    }
    if (lowest.empty()) continue;
    const size_t at = rule == ClipLift::median ? lowest.size() / 2 : 0;
    std::nth_element(lowest.begin(), lowest.begin() + static_cast<std::ptrdiff_t>(at),
                     lowest.end());
    clip.root_pos.col(2).array() += std::max(0.0, -lowest[at]);
  }
}

}  // namespace motus::sim
