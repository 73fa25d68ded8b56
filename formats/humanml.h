#pragma once
// HumanML3D (.npy): the 22 joints of the SMPL body as positions (T, 22, 3), or its 263 features a
// frame. y up, metres, 20 frames a second, which the file does not say.
#include "formats/format.h"

namespace motus::formats {

Match sniff_humanml(Bytes bytes);

/// One clip: a character by clip_from_points(). Features are turned into positions by the published
/// recipe (root yaw velocity and ground velocity summed up, root height, joints relative to the
/// root); their foot contacts become the channel "contacts". Throws Error(bad_input) for a mean or
/// deviation of the data set (263,).
std::vector<Clip> read_humanml(Bytes bytes, const ReadOptions& options);

}  // namespace motus::formats
