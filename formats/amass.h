#pragma once
// Poses of the SMPL family as AMASS and its users keep them (.npz, .pkl): {poses, trans} with a
// frame rate, shape and gender. SMPL+H (156 numbers a frame), SMPL-X "stageii" (165, also as
// root_orient, pose_body, pose_jaw, pose_eye, pose_hand), SMPL (72).
#include "formats/format.h"

namespace motus::formats {

Match sniff_amass(Bytes bytes);

/// One clip: a character (formats/smpl_body.h). Files with a capture rate are AMASS's: z up; of
/// others the pelvis tells which axis is up, unless options.up_axis does. Betas, gender and the like
/// become metadata. Throws Error(bad_input) for a body shape without motion.
std::vector<Clip> read_amass(Bytes bytes, const ReadOptions& options);

/// AMASS's SMPL+H npz ("model" -> "smplx": its SMPL-X one). Takes one clip whose bodies have SMPL's
/// names, or the SMPL-shaped robot's.
std::vector<std::byte> write_amass(std::span<const Clip> clips, const WriteOptions& options);

}  // namespace motus::formats
