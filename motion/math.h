#pragma once
// Rotations. Quaternions are Hamilton, active, unit; text and files order them w x y z.
// Golden values: tests/motion/math_test.cpp.
#include <Eigen/Core>
#include <Eigen/Geometry>

namespace motus {

using Vec3 = Eigen::Vector3d;
using Quat = Eigen::Quaterniond;

/// Rotation vector (axis * angle, rad) to quaternion. The angle is wrapped to (-pi, pi]; below 1e-5
/// rad, and for NaN (MimicKit's humanoid_walk holds NaN in its neck), the result is the identity.
Quat exp_map(const Vec3& e);

/// Quaternion to rotation vector with angle in [0, pi]; q and -q give the same answer.
Vec3 log_map(const Quat& q);

/// Spherical interpolation along the shorter arc; t in [0, 1].
Quat slerp(const Quat& a, const Quat& b, double t);

/// The yaw of q: atan2(y, x) of the rotated x axis, rad.
double heading(const Quat& q);

/// The rotation by `heading(q)` about z.
Quat heading_rotation(const Quat& q);

/// Rotation by `angle` (rad) about z.
Quat yaw_rotation(double angle);

/// The signed angle (rad, in [-pi, pi]) of q's twist about the unit `axis`.
double twist_angle(const Quat& q, const Vec3& axis);

/// First two columns that networks see: [q * x | q * z] (MimicKit's tangent-normal form).
Eigen::Matrix<double, 6, 1> tangent_normal(const Quat& q);

/// q or -q, whichever has w >= 0.
Quat positive(const Quat& q);

/// Intrinsic Euler angles (rad) for three different axes named by 0, 1, 2 in the order applied:
/// q = R(axes[0], a[0]) * R(axes[1], a[1]) * R(axes[2], a[2]).
Quat from_euler(const Vec3& angles, const int axes[3]);

/// Inverse of from_euler; the middle angle lies in [-pi/2, pi/2]. At gimbal lock the last angle is
/// 0.
Vec3 to_euler(const Quat& q, const int axes[3]);

}  // namespace motus
