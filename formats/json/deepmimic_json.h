#pragma once
// DeepMimic's humanoid3d clips (JSON, 44 columns): a duration a frame, y up, quaternions w x y z;
// knees and elbows are angles about z. Its axes x forward, y up, z right become ours. Frames of
// uneven duration are resampled to the shortest.
#include "formats/format.h"

namespace motus::formats {

Match sniff_deepmimic_json(Bytes bytes);

/// One clip of the 15-body humanoid (formats/amp_humanoid.h). Other figures of DeepMimic are refused
/// by name.
std::vector<Clip> read_deepmimic_json(Bytes bytes, const ReadOptions& options);

}  // namespace motus::formats
