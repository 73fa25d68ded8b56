#pragma once
// A bare .npy, or an .npz that no other format claims: numbers that say nothing about themselves.
#include "formats/format.h"

namespace motus::formats {

/// Never better than maybe.
Match sniff_array(Bytes bytes);

/// Needs options.kind; "kind:member" picks a member of an .npz.
///   qpos       (T, 7 + D)  root position, root rotation (w x y z unless said), dofs
///   dof_pos    (T, D)      dofs, the root at rest
///   expmap     (T, 6 + D)  root position, root rotation vector, dofs (MimicKit's frames)
///   keypoints  (T, N, 3)   points of SMPL's 22, 24, 52 or 55 joints, or the robot's N bodies
///   smpl       (T, 3 J)    SMPL's rotation vectors, the figure at the origin
/// Robots' kinds need options.skeleton; points and SMPL heed options.up_axis. Throws Error(usage)
/// saying which of these is missing and what shapes the file holds.
std::vector<Clip> read_array(Bytes bytes, const ReadOptions& options);

}  // namespace motus::formats
