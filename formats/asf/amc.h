#pragma once
// AMC: the motion of Acclaim's pair of files. It names bones but not how they hang together: the
// ASF comes by options.skeleton (--skeleton walk.asf).
#include "formats/format.h"

namespace motus::formats {

/// Yes for text of bones and numbers behind "#!OML:ASF", ":FULLY-SPECIFIED" or ":DEGREES".
Match sniff_amc(Bytes bytes);

/// One clip, y up turned to z up. CMU's 120 frames a second are assumed, with a warning, unless
/// options.fps says otherwise. A bone that a frame leaves out keeps its last value.
std::vector<Clip> read_amc(Bytes bytes, const ReadOptions& options);

}  // namespace motus::formats
