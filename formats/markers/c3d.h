#pragma once
// C3D: marker trajectories of motion capture laboratories (c3d.org), in the three number formats
// and as integers or floats. Analog channels are skipped.
#include "formats/format.h"

namespace motus::formats {

Match sniff_c3d(Bytes bytes);

/// One clip (formats/markers/marker_clip.h). The up axis comes from POINT:X_SCREEN and Y_SCREEN,
/// else from options.up_axis, else z with a warning.
std::vector<Clip> read_c3d(Bytes bytes, const ReadOptions& options);

}  // namespace motus::formats
