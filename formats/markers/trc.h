#pragma once
// TRC: marker trajectories as a table of text (Motion Analysis, OpenSim). Blank cells are missing
// markers.
#include "formats/format.h"

namespace motus::formats {

/// Yes for text that begins with "PathFileType".
Match sniff_trc(Bytes bytes);

/// One clip (formats/markers/marker_clip.h). The unit is the header's; the up axis is
/// options.up_axis, else y as OpenSim has it, with a warning.
std::vector<Clip> read_trc(Bytes bytes, const ReadOptions& options);

}  // namespace motus::formats
