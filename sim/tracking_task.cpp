#include "sim/tracking_task.h"

namespace motus::sim {

TrackingTask::TrackingTask(const EnvConfig& config, int /*envs*/)
    : options_(config.tracking), weights_(config.joint_err_w.begin(), config.joint_err_w.end()) {}

float TrackingTask::reward(Scene& s) const {
  const Anatomy& a = s.reference->anatomy();
  const Reference::Scratch& clip = s.clip();
  JointErrors errors;
  int dof = 0;
  for (size_t i = 0; i < a.joints.size(); ++i) {
    const JointTerm& j = a.joints[i];
    const float weight = weights_.empty() ? 1.0f : weights_[i];
    float here[4], there[4];
    joint_quat(j, s.d->qpos + j.qpos, here);
    joint_quat(j, clip.qpos.data() + j.qpos, there);
    const float angle = angle_between(here, there);
    errors.pose += weight * angle * angle;
    for (int k = 0; k < dofs_of(j); ++k, ++dof) {
      const double rate = s.d->qvel[6 + dof] - clip.qvel[static_cast<size_t>(6 + dof)];
      errors.vel += weight * static_cast<float>(rate * rate);
    }
  }
  return tracking_reward(a.layout, options_, s.snapshot, s.clip_snapshot(), errors);
}

}  // namespace motus::sim
