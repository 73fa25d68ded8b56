#pragma once
// The snapshot that everything is computed from, rotations over it, and what ends an episode: one
// definition, inline over plain float views so that g++ and nvcc compile the same text. What is seen
// of a snapshot is in sim/features.h.
//
// Formulas: MimicKit (arXiv 2510.13794) with its DeepMimic and AMP environments; golden numbers in
// tests/sim/terms_test.cpp. Metres, seconds, radians; world frame z up; quaternions w x y z. The
// heading frame is the world turned by the root's yaw.
//
// A snapshot is one control step of one character, everything that terms are computed from:
//   root position 3 | root rotation 4 | root velocity 3 | root angular velocity 3 (world) |
//   joint features | dof velocities | key body positions minus the root's (world axes) 3 each |
//   dof positions, then all bodies' positions as the key bodies', where a term wants them
#include <cmath>

#ifdef __CUDACC__
#define MOTUS_HD __host__ __device__
#else
#define MOTUS_HD
#endif

namespace motus::sim {

/// Widths of a snapshot's parts and where they start.
struct SnapshotLayout {
  int joint_features = 0, dofs = 0, keys = 0;
  bool positions = false;  ///< dof positions are part of it
  int bodies = 0;          ///< all bodies but the root, where a term wants them
  static constexpr int kRootPos = 0, kRootRot = 3, kRootVel = 7, kRootAngVel = 10, kJoints = 13;
  MOTUS_HD int dof_vel() const { return kJoints + joint_features; }
  MOTUS_HD int key_pos() const { return dof_vel() + dofs; }
  MOTUS_HD int dof_pos() const { return key_pos() + 3 * keys; }
  MOTUS_HD int body_pos() const { return dof_pos() + (positions ? dofs : 0); }
  MOTUS_HD int size() const { return body_pos() + 3 * bodies; }
};

/// Rotation by minus the heading, as cosine and sine of the heading.
struct Heading {
  float c = 1, s = 0;
};

MOTUS_HD inline void rotate(const float q[4], const float v[3], float out[3]) {
  // v + 2 w (u x v) + 2 u x (u x v)
  const float tx = 2 * (q[2] * v[2] - q[3] * v[1]);
  const float ty = 2 * (q[3] * v[0] - q[1] * v[2]);
  const float tz = 2 * (q[1] * v[1] - q[2] * v[0]);
  out[0] = v[0] + q[0] * tx + q[2] * tz - q[3] * ty;
  out[1] = v[1] + q[0] * ty + q[3] * tx - q[1] * tz;
  out[2] = v[2] + q[0] * tz + q[1] * ty - q[2] * tx;
}

/// The images of the x and the z axis: six numbers without the jumps of angles.
MOTUS_HD inline void tangent_normal(const float q[4], float out[6]) {
  const float w = q[0], x = q[1], y = q[2], z = q[3];
  out[0] = 1 - 2 * (y * y + z * z);
  out[1] = 2 * (x * y + w * z);
  out[2] = 2 * (x * z - w * y);
  out[3] = 2 * (x * z + w * y);
  out[4] = 2 * (y * z - w * x);
  out[5] = 1 - 2 * (x * x + y * y);
}

MOTUS_HD inline Heading heading_of(const float q[4]) {
  const float x = 1 - 2 * (q[2] * q[2] + q[3] * q[3]);
  const float y = 2 * (q[1] * q[2] + q[0] * q[3]);
  const float n = std::sqrt(x * x + y * y);
  if (n < 1e-9f) return {};
  return {x / n, y / n};
}

MOTUS_HD inline void to_heading(const Heading& h, const float v[3], float out[3]) {
  const float x = v[0], y = v[1];
  out[0] = h.c * x + h.s * y;
  out[1] = h.c * y - h.s * x;
  out[2] = v[2];
}

// ---- joints ----------------------------------------------------------------------------------

/// How one body is joined to its parent.
struct JointTerm {
  enum Kind { fixed, hinge, ball, series } kind = fixed;
  int qpos = 0;           ///< of the first joint
  int count = 0;          ///< joints; more than one only for a series of hinges
  float axis[3][3] = {};  ///< of hinges, unit, body frame
};

/// Numbers that the features of a joint take. As angles, hinges are single numbers, balls stay
/// tangent and normal, and rigid connections say nothing.
MOTUS_HD inline int feature_count(const JointTerm& j, bool angles) {
  if (!angles || j.kind == JointTerm::ball) return 6;
  return j.count;
}

MOTUS_HD inline void hinge_quat(const float axis[3], float angle, float q[4]) {
  const float s = std::sin(0.5f * angle);
  q[0] = std::cos(0.5f * angle);
  q[1] = s * axis[0], q[2] = s * axis[1], q[3] = s * axis[2];
}

/// Dofs of a joint.
MOTUS_HD inline int dofs_of(const JointTerm& j) {
  return j.kind == JointTerm::ball ? 3 : j.count;
}

/// The joint's rotation from its generalised positions.
template <typename Real>
MOTUS_HD inline void joint_quat(const JointTerm& j, const Real* p, float q[4]) {
  q[0] = 1, q[1] = q[2] = q[3] = 0;
  if (j.kind == JointTerm::ball) {
    for (int k = 0; k < 4; ++k) q[k] = static_cast<float>(p[k]);
  } else if (j.kind != JointTerm::fixed) {
    hinge_quat(j.axis[0], static_cast<float>(p[0]), q);
    for (int k = 1; k < j.count; ++k) {
      float b[4];
      hinge_quat(j.axis[k], static_cast<float>(p[k]), b);
      const float a[4] = {q[0], q[1], q[2], q[3]};
      q[0] = a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3];
      q[1] = a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2];
      q[2] = a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1];
      q[3] = a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0];
    }
  }
}

/// Features of all joints (one entry per body but the root) from generalised positions.
template <typename Real>
MOTUS_HD inline void joint_features(const JointTerm* joints, int count, bool angles,
                                    const Real* qpos, float* out) {
  for (int i = 0; i < count; ++i) {
    const JointTerm& j = joints[i];
    const Real* p = qpos + j.qpos;
    if (angles && j.kind != JointTerm::ball) {
      for (int k = 0; k < j.count; ++k) *out++ = static_cast<float>(p[k]);
      continue;
    }
    float q[4];
    joint_quat(j, p, q);
    tangent_normal(q, out);
    out += 6;
  }
}

/// Exponential map of a rotation, the shorter way round.
MOTUS_HD inline void log_of(const float q[4], float out[3]) {
  const float sign = q[0] < 0 ? -1.0f : 1.0f;
  const float n = std::sqrt(q[1] * q[1] + q[2] * q[2] + q[3] * q[3]);
  const float k = n > 1e-7f ? sign * 2 * std::atan2(n, sign * q[0]) / n : 2 * sign;
  for (int i = 0; i < 3; ++i) out[i] = k * q[1 + i];
}

/// Dof positions from generalised positions: angles of hinges, exponential maps of balls.
template <typename Real>
MOTUS_HD inline void dof_positions(const JointTerm* joints, int count, const Real* qpos,
                                   float* out) {
  for (int i = 0; i < count; ++i) {
    const Real* p = qpos + joints[i].qpos;
    if (joints[i].kind == JointTerm::ball) {
      const float q[4] = {static_cast<float>(p[0]), static_cast<float>(p[1]),
                          static_cast<float>(p[2]), static_cast<float>(p[3])};
      log_of(q, out);
      out += 3;
    } else {
      for (int k = 0; k < joints[i].count; ++k) *out++ = static_cast<float>(p[k]);
    }
  }
}

/// A snapshot from a simulation's state: qpos (7 + joints), qvel (6 + dofs; the root's angular part
/// in the root's frame, as MuJoCo has it) and the world positions (3 each) of all bodies, of which
/// `keys` names the key bodies.
template <typename Real>
MOTUS_HD inline void take_snapshot(const SnapshotLayout& l, const JointTerm* joints,
                                   int joint_count, bool angles, const int* keys, const Real* qpos,
                                   const Real* qvel, const Real* body_pos, float* out) {
  for (int k = 0; k < 7; ++k) out[k] = static_cast<float>(qpos[k]);
  float w[3];
  for (int k = 0; k < 3; ++k) {
    out[SnapshotLayout::kRootVel + k] = static_cast<float>(qvel[k]);
    w[k] = static_cast<float>(qvel[3 + k]);
  }
  rotate(out + SnapshotLayout::kRootRot, w, out + SnapshotLayout::kRootAngVel);
  joint_features(joints, joint_count, angles, qpos, out + SnapshotLayout::kJoints);
  for (int d = 0; d < l.dofs; ++d) out[l.dof_vel() + d] = static_cast<float>(qvel[6 + d]);
  for (int i = 0; i < l.keys; ++i) {
    for (int k = 0; k < 3; ++k) {
      out[l.key_pos() + 3 * i + k] = static_cast<float>(body_pos[3 * keys[i] + k] - qpos[k]);
    }
  }
  if (l.positions) dof_positions(joints, joint_count, qpos, out + l.dof_pos());
  for (int i = 0; i < 3 * l.bodies; ++i) {
    out[l.body_pos() + i] = static_cast<float>(body_pos[3 + i] - qpos[i % 3]);
  }
}

// ---- phase -----------------------------------------------------------------------------------

/// The phase of the reference: [phase, sin(2 pi 2^k phase) k < n, cos(...) k < n].
MOTUS_HD inline float* phase_obs(float phase, int encodings, float* out) {
  *out++ = phase;
  float scale = 6.283185307179586f;
  for (int k = 0; k < encodings; ++k, scale *= 2) {
    out[k] = std::sin(scale * phase);
    out[encodings + k] = std::cos(scale * phase);
  }
  return out + 2 * encodings;
}

// ---- terminations ----------------------------------------------------------------------------

/// True if a body that may not touch the ground feels a force from it: any component beyond 0.1 N.
MOTUS_HD inline bool ground_contact(const float* forces, const unsigned char* may_touch,
                                    int bodies) {
  for (int b = 0; b < bodies; ++b) {
    if (may_touch[b]) continue;
    for (int k = 0; k < 3; ++k) {
      if (std::fabs(forces[3 * b + k]) > 0.1f) return true;
    }
  }
  return false;
}

/// Low-passed root velocity in the heading frame, for the velocity envelope.
MOTUS_HD inline void follow_velocity(const float* snapshot, float blend, float filtered[2]) {
  float v[3];
  to_heading(heading_of(snapshot + SnapshotLayout::kRootRot), snapshot + SnapshotLayout::kRootVel,
             v);
  for (int k = 0; k < 2; ++k) filtered[k] += blend * (v[k] - filtered[k]);
}

/// True if the followed velocity is farther than `limit` (m/s) from the clip's mean.
MOTUS_HD inline bool outside_envelope(const float filtered[2], const float mean[2], float limit) {
  const float x = filtered[0] - mean[0], y = filtered[1] - mean[1];
  return x * x + y * y > limit * limit;
}

}  // namespace motus::sim
