#pragma once
// A bare .npy, or an .npz that no other format claims: numbers that say nothing about themselves.
#include "formats/format.h"

namespace motus::formats {

/// Never better than maybe.
Match sniff_array(Bytes bytes);

/// Needs options.kind: "qpos" (T, 7 + D), root position, root rotation, dofs; or "dof_pos" (T, D)
/// with the root at rest. Both need options.skeleton. "kind:member" picks a member of an .npz.
/// Throws Error(usage) saying which of these is missing and what shapes the file holds.
std::vector<Clip> read_array(Bytes bytes, const ReadOptions& options);

}  // namespace motus::formats
