#pragma once
// AIST++ dances (.pkl): SMPL poses (72 numbers a frame), a translation in centimetres and the scale
// that takes it to metres. y up, 60 frames a second, which the file does not say.
#include "formats/format.h"

namespace motus::formats {

Match sniff_aist(Bytes bytes);

/// One clip: a character (formats/smpl_body.h).
std::vector<Clip> read_aist(Bytes bytes, const ReadOptions& options);

}  // namespace motus::formats
