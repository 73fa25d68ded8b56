#pragma once
// Motions inside NumPy's object arrays (.npy): one dict, whose keys say what it is: root_pos,
// root_rot x y z w, dof_pos, fps (UH-1); or what MimicKit's and PHC's pickles hold. poselib's and
// amp-rsl-rl's files are formats of their own.
#include "formats/format.h"

namespace motus::formats {

Match sniff_object_array(Bytes bytes);

/// Throws Error(bad_input) naming the keys that were found where they say nothing that is read.
std::vector<Clip> read_object_array(Bytes bytes, const ReadOptions& options);

}  // namespace motus::formats
