#pragma once
// SMPL's pose vectors to clips and back.
//
// SMPL's joints have x left, y up, z forward; the house's figure z up, x forward. That is a cyclic
// exchange of axes, v = (z, x, y), so a joint's rotation vector only changes the order of its
// components. The root's rotation leads from the body to the world: R_ours = R_smpl * M^-1 with M
// that exchange.
#include "motion/clip.h"

namespace motus::formats {

/// Poses as SMPL's files hold them.
struct SmplPoses {
  Frames pose;        ///< (F, 3J) rotation vectors, rad, in the order of smpl_joint_names(J)
  Frames trans;       ///< (F, 3) m, of the model's origin
  bool y_up = false;  ///< the world's; else z up
  double fps = 30;
};

/// A character of smpl_skeleton(J), root_pos the pelvis: trans + smpl_pelvis(). Says in the source
/// that the joints' offsets are no licensed body model's. Throws Error(bad_input) for widths of no
/// member of the family and for numbers that are not finite.
Clip clip_from_smpl(const SmplPoses& poses);

/// The poses (z up) of a clip whose bodies have SMPL's names, or those of the SMPL-shaped robot, for
/// `joints` joints; joints that the clip does not have are zero. Throws Error(usage) if it lacks one
/// of the body's 22 joints.
SmplPoses smpl_from_clip(const Clip& clip, int joints);

/// True if the figure stands along the world's y rather than z, by the pelvis's mean direction.
bool stands_along_y(const SmplPoses& poses);

}  // namespace motus::formats
