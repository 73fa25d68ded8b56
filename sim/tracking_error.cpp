#include "sim/tracking_error.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace motus::sim {

namespace {

Quat quat(const double* q) {
  return {q[0], q[1], q[2], q[3]};
}

constexpr std::pair<const char*, double TrackingError::*> kParts[] = {
    {"tracking_root_pos", &TrackingError::root_pos},
    {"tracking_root_rot", &TrackingError::root_rot},
    {"tracking_body_pos", &TrackingError::body_pos},
    {"tracking_body_rot", &TrackingError::body_rot},
    {"tracking_dof_vel", &TrackingError::dof_vel},
    {"tracking_root_vel", &TrackingError::root_vel},
    {"tracking_root_ang_vel", &TrackingError::root_ang_vel}};

}  // namespace

void TrackingError::add(Scene& s) {
  const Reference::Scratch& clip = s.clip();
  const mjtNum *pos = s.d->xpos + 3, *rot = s.d->xquat + 4, *vel = s.d->qvel;
  const Vec3 root(pos);
  const Quat root_rotation = quat(rot);
  root_pos += (root - clip.state.root_pos).norm();
  root_rot += root_rotation.angularDistance(clip.state.root_rot);
  const size_t bodies = clip.poses.pos.size();
  for (size_t b = 1; b < bodies; ++b) {
    const double share = 1.0 / static_cast<double>(bodies - 1);
    const Vec3 here = Vec3(pos + 3 * b) - root, there = clip.poses.pos[b] - clip.state.root_pos;
    body_pos += share * (here - there).norm();
    body_rot += share * quat(rot + 4 * b).angularDistance(clip.poses.rot[b]);
  }
  const size_t dofs = clip.dofs.size();
  for (size_t d = 0; d < dofs; ++d) {
    dof_vel += std::abs(vel[6 + d] - clip.qvel[6 + d]) / static_cast<double>(dofs);
  }
  const Vec3 turning = root_rotation * Vec3(vel + 3);
  root_vel += (Vec3(vel) - clip.state.root_vel).cwiseAbs().mean();
  root_ang_vel += (turning - clip.state.root_ang_vel).cwiseAbs().mean();
  ++moments;
}

void TrackingError::add(const TrackingError& other) {
  for (const auto& [name, part] : kParts) this->*part += other.*part;
  moments += other.moments;
}

void TrackingError::tell(std::map<std::string, double>& out) const {
  for (const auto& [name, part] : kParts) {
    out[name] = this->*part / static_cast<double>(std::max<int64_t>(moments, 1));
  }
}

}  // namespace motus::sim
