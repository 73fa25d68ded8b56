#pragma once
// PARC's motions on terrain (.pkl): a dict {motion_data, terrain_data, misc_data} of pickles as
// bytes. Root and joint rotations x y z w of the 15-body humanoid, contacts a body, a height field.
#include "formats/format.h"

namespace motus::formats {

Match sniff_parc(Bytes bytes);

/// One clip of the robot 'humanoid' (or options.skeleton). Contacts become a channel; the terrain's
/// arrays travel with the clip and are described in its metadata, misc_data by its size alone.
std::vector<Clip> read_parc(Bytes bytes, const ReadOptions& options);

}  // namespace motus::formats
