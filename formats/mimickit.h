#pragma once
// MimicKit's motion (.pkl): {loop_mode, fps, frames}. A frame is the root's position and
// exponential map and the dofs in depth-first order of the MJCF; nothing in the file names them.
#include "formats/format.h"
#include "formats/pickle/pickle_value.h"

namespace motus::formats {

Match sniff_mimickit(Bytes bytes);

/// One clip. The skeleton is options.skeleton, else guessed from the frame's width with a warning.
std::vector<Clip> read_mimickit(Bytes bytes, const ReadOptions& options);

/// The same from the dict alone, whatever container it came in.
Clip mimickit_clip(const Value& root, const ReadOptions& options);

/// 0, 1, CLAMP or WRAP, as MimicKit and PARC tell how a motion ends. Throws Error(bad_input).
LoopMode loop_mode_of(const Value& value);

/// Takes one clip of a robot; a character becomes balls in body order with a warning in the file's
/// absence of names.
std::vector<std::byte> write_mimickit(std::span<const Clip> clips, const WriteOptions& options);

}  // namespace motus::formats
