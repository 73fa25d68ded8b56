#pragma once
// DeepMimic's humanoid3d and dog3d clips (JSON, 44 or 84 columns): a duration a frame, y up,
// quaternions w x y z; knees and elbows are angles about z. Its axes x forward, y up, z right become
// ours. Frames of uneven duration are resampled to the shortest.
#include "formats/format.h"

namespace motus::formats {

/// Yes for a JSON object with frames and a "Loop".
Match sniff_deepmimic_json(Bytes bytes);

/// One clip of the 15-body humanoid (formats/amp_humanoid.h) or of the dog. Throws
/// Error(bad_input) for other widths.
std::vector<Clip> read_deepmimic_json(Bytes bytes, const ReadOptions& options);

/// One clip of one of the two figures; an unedited one comes back with its own rows, uneven
/// durations and all. Throws Error(usage) for other skeletons.
std::vector<std::byte> write_deepmimic_json(std::span<const Clip> clips,
                                            const WriteOptions& options);

}  // namespace motus::formats
