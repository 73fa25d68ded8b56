#pragma once
// HDF5 files of other people that hold robot motion: robomimic's and Isaac Lab's demonstrations,
// dm_control's mocap clips, dumps of rollouts, D4RL's data sets. None names its joints or says what
// its quaternions are.
#include "formats/format.h"

namespace motus::formats {

/// By the names of links, which stand in clear; never takes a Motus file.
Match sniff_foreign_h5(Bytes bytes);

/// A clip a demonstration, clip, environment or episode, in the order of their numbers. Needs
/// options.skeleton. Isaac Lab lists dofs as PhysX does, breadth-first, the others as MuJoCo does;
/// options.kind "depth" or "breadth" says it, else a warning. Throws Error(bad_input) naming the path
/// within the file.
std::vector<Clip> read_foreign_h5(Bytes bytes, const ReadOptions& options);

/// The same in this process, where a damaged file may crash the HDF5 library: fuzzers do not see into
/// another one.
std::vector<Clip> read_foreign_h5_here(Bytes bytes, const ReadOptions& options);

}  // namespace motus::formats
