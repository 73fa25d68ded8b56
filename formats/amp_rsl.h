#pragma once
// Robot motions as a few named arrays: root position, root quaternion, dofs, a rate. amp-rsl-rl's
// .npy holds a dict that names its joints, quaternions x y z w; others keep an .npz of the same by
// names of their own.
#include "formats/format.h"

namespace motus::formats {

Match sniff_amp_rsl(Bytes bytes);

/// One clip of a robot. Without joint names it needs options.skeleton (29 dofs suit the G1). The
/// quaternion's order is that of the dialect, else the one in which the robot stands upright, with
/// a warning; options.quat_order says it.
std::vector<Clip> read_amp_rsl(Bytes bytes, const ReadOptions& options);

/// amp-rsl-rl's .npy; takes one clip of a robot.
std::vector<std::byte> write_amp_rsl(std::span<const Clip> clips, const WriteOptions& options);

}  // namespace motus::formats
