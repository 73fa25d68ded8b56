#pragma once
// LocoMuJoCo's data sets (.npz): one array of numbers a coordinate, q_<joint> and dq_<joint>. The
// root is three slides (pelvis_tx, tz, ty) and three hinges (tilt, list, rotation). The rate is not
// stored; it is recovered from the velocities.
#include "formats/format.h"

namespace motus::formats {

Match sniff_locomujoco(Bytes bytes);

/// One clip for each stretch of split_points. The robot is options.skeleton (dofs by name), else a
/// robot without body positions that has the file's coordinates as dofs; coordinates in metres
/// become the channel "slides". The rate: least squares of the stored velocities against central
/// differences over the coordinates where both correlate better than .998, 500 or 100 if within
/// 1 %; options.fps says it.
std::vector<Clip> read_locomujoco(Bytes bytes, const ReadOptions& options);

/// Takes clips of one robot; several are joined with split_points.
std::vector<std::byte> write_locomujoco(std::span<const Clip> clips, const WriteOptions& options);

}  // namespace motus::formats
