#pragma once
// What GMR and TWIST write (.pkl): {fps, root_pos, root_rot x y z w, dof_pos, local_body_pos,
// link_body_list}; dofs in MJCF order without names.
#include "formats/format.h"
#include "formats/pickle/pickle_value.h"

namespace motus::formats {

Match sniff_gmr(Bytes bytes);

/// One clip. The skeleton is options.skeleton, else guessed from the number of dofs with a warning.
std::vector<Clip> read_gmr(Bytes bytes, const ReadOptions& options);

/// The same from the dict alone, whatever container it came in.
Clip gmr_clip(const Value& root, const ReadOptions& options);

/// Takes one clip of a robot.
std::vector<std::byte> write_gmr(std::span<const Clip> clips, const WriteOptions& options);

}  // namespace motus::formats
