#pragma once
// The tracking reward of DeepMimic (Peng et al. 2018) as MimicKit's deepmimic environment has it:
//   w_pose exp(-s_pose sum_j w_j a_j^2)            a_j: angle between the joint's rotations
// + w_vel exp(-s_vel sum_d w_d (dqd)^2)             a joint's weight is its dofs'
// + w_root_pose exp(-s (|dp|^2 + 0.1 angle^2)) + w_root_vel exp(-s (|dv|^2 + 0.1 |dw|^2))
// + w_key exp(-s sum_k |d key|^2)                   key bodies relative to the root
// Unless the root itself is tracked, x and y are free and everything of the root and the key bodies
// is compared in each one's own heading frame.
#include <cmath>

#include "sim/features.h"

namespace motus::sim {

struct TrackingOptions {
  float pose_w = 0.5f, vel_w = 0.1f, root_pose_w = 0.15f, root_vel_w = 0.1f, key_w = 0.15f;
  float pose_scale = 0.25f, vel_scale = 0.01f, root_pose_scale = 5, root_vel_scale = 1,
        key_scale = 10;
  bool track_root = false;  ///< x, y and heading count
  bool height = true;       ///< z counts
};

/// Angle of the rotation from one quaternion to another, rad.
MOTUS_HD inline float angle_between(const float a[4], const float b[4]) {
  const float w = a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3];
  const float x = a[0] * b[1] - a[1] * b[0] - a[2] * b[3] + a[3] * b[2];
  const float y = a[0] * b[2] - a[2] * b[0] - a[3] * b[1] + a[1] * b[3];
  const float z = a[0] * b[3] - a[3] * b[0] - a[1] * b[2] + a[2] * b[1];
  return 2 * std::atan2(std::sqrt(x * x + y * y + z * z), std::fabs(w));
}

/// The rotation without its heading.
MOTUS_HD inline void without_heading(const float q[4], float out[4]) {
  const Heading h = heading_of(q);
  // half the angle of the heading, turned back
  const float c = std::sqrt(std::fmax(0.0f, 0.5f * (1 + h.c)));
  const float s = std::copysign(std::sqrt(std::fmax(0.0f, 0.5f * (1 - h.c))), h.s);
  out[0] = c * q[0] + s * q[3];
  out[1] = c * q[1] + s * q[2];
  out[2] = c * q[2] - s * q[1];
  out[3] = c * q[3] - s * q[0];
}

/// Errors of the joints: sums of squares with their weights.
struct JointErrors {
  float pose = 0, vel = 0;
};

/// Reward of a snapshot `s` beside the clip's `r`.
MOTUS_HD inline float tracking_reward(const SnapshotLayout& l, const TrackingOptions& o,
                                      const float* s, const float* r, const JointErrors& joints) {
  using L = SnapshotLayout;
  float dx = s[0] - r[0], dy = s[1] - r[1], dz = s[2] - r[2];
  if (!o.track_root) dx = dy = 0;
  if (!o.height) dz = 0;
  Heading hs, hr;
  float qs[4], qr[4];
  for (int k = 0; k < 4; ++k) qs[k] = s[L::kRootRot + k], qr[k] = r[L::kRootRot + k];
  if (!o.track_root) {
    hs = heading_of(s + L::kRootRot), hr = heading_of(r + L::kRootRot);
    without_heading(s + L::kRootRot, qs);
    without_heading(r + L::kRootRot, qr);
  }
  const auto square = [&](int at) {
    float a[3], b[3];
    to_heading(hs, s + at, a);
    to_heading(hr, r + at, b);
    float sum = 0;
    for (int k = 0; k < 3; ++k) sum += (a[k] - b[k]) * (a[k] - b[k]);
    return sum;
  };
  const float turn = angle_between(qs, qr);
  float key = 0;
  for (int i = 0; i < l.keys; ++i) key += square(l.key_pos() + 3 * i);
  return o.pose_w * std::exp(-o.pose_scale * joints.pose) +
         o.vel_w * std::exp(-o.vel_scale * joints.vel) +
         o.root_pose_w *
             std::exp(-o.root_pose_scale * (dx * dx + dy * dy + dz * dz + 0.1f * turn * turn)) +
         o.root_vel_w *
             std::exp(-o.root_vel_scale * (square(L::kRootVel) + 0.1f * square(L::kRootAngVel))) +
         o.key_w * std::exp(-o.key_scale * key);
}

}  // namespace motus::sim
