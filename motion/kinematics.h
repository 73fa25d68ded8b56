#pragma once
// Poses from clips: forward kinematics, dofs to rotations and back, velocities.
#include <span>
#include <vector>

#include "motion/clip.h"

namespace motus {

/// World poses of all bodies of one frame.
struct BodyPoses {
  std::vector<Vec3> pos;  ///< (B) m
  std::vector<Quat> rot;  ///< (B)
};

/// Rotation of body `body` relative to its rest pose from the dof values (D); identity without
/// joints.
Quat joint_rotation(const Skeleton& s, int body, const double* dofs);

/// Joint rotations (B, entry 0 the identity) of a frame, from dof_pos or local_rot.
void joint_rotations(const Clip& clip, int frame, std::vector<Quat>& out);

/// Dof values (D) from joint rotations (B): a hinge takes the twist about its axis, a ball the
/// exponential map. For a body with several hinges, whose axes must be orthogonal, the intrinsic
/// Euler angles in joint order.
void dofs_from_rotations(const Skeleton& s, std::span<const Quat> rotations, double* dofs);

/// Forward kinematics from a root pose and joint rotations (B).
void forward(const Skeleton& s, const Vec3& root_pos, const Quat& root_rot,
             std::span<const Quat> rotations, BodyPoses& out);

/// Forward kinematics of one frame.
BodyPoses forward(const Clip& clip, int frame);

/// World positions (F, 3B) and rotations (F, 4B) of all frames.
Frames body_positions(const Clip& clip);
Frames body_rotations(const Clip& clip);

/// Forward differences, the last row a copy of the one before (zero for a single frame); MimicKit's
/// rule. `points` is (F, 3N) in m; the result in m/s.
Frames linear_velocities(const Frames& points, double fps);

/// World angular velocity (rad/s) of quaternions (F, 4N): fps * log(q[i+1] * conj(q[i])).
Frames angular_velocities(const Frames& rotations, double fps);

/// Dof velocities (F, D): hinge: twist of conj(q[i]) * q[i+1]; ball: fps * log(conj(q[i]) *
/// q[i+1]), in the child's frame, which is MuJoCo's convention for balls.
Frames dof_velocities(const Clip& clip);

}  // namespace motus
