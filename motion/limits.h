#pragma once
// Joint limits. A ball's are those of three hinges about x, y and z, one on the other, which is how
// models build it: its exponential map is compared as their angles.
#include "motion/clip.h"

namespace motus {

/// A ball's hinge angles (rad). Every rotation has two triples of them: the one that is less far
/// outside the limits of the three `dofs`, else the one whose middle angle is within a quarter turn.
Vec3 hinge_angles(const Dof* dofs, const Quat& turn);

/// The triple, whole turns included, that is nearest to `near`.
Vec3 hinge_angles_near(const Vec3& near, const Quat& turn);

/// True if no rotation of this angle (rad) can be outside: up to a quarter turn none of the hinges
/// turns further than the whole.
bool surely_within(const Dof* dofs, double angle);

/// The rotation of three hinges.
Quat hinges_turn(const Vec3& angles);

/// The rotation vector that is nearer to `e`: log_map(q) or the turn the other way round.
Vec3 log_map_near(const Vec3& e, const Quat& q);

/// How far each of three angles is outside its range, rad, 0 inside.
Vec3 outside(const Dof* dofs, const Vec3& angles);

/// Brings a ball's exponential map, which is of `turn`, within the limits of its three dofs, hinge by
/// hinge, the angle staying on the side of pi where it was. False if it was within.
bool clamp_ball(const Dof* dofs, const Quat& turn, Vec3& e);
bool clamp_ball(const Dof* dofs, Vec3& e);

/// Brings every row of (F, D) joint positions within the limits.
void keep_limits(const Skeleton& skeleton, Frames& dof_pos);

}  // namespace motus
