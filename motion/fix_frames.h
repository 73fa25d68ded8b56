#pragma once
// Faults of single frames, as found and as mended: repeats (staircase), NaN holes, jumps.
#include <string>

#include "motion/clip.h"

namespace motus {

/// (F) 1 where a frame repeats the one before: bit for bit, or by moving less than 2 % of what its
/// two neighbours move (a staircase that went through rounding or a filter).
std::vector<char> repeated_frames(const Clip& clip);

/// A staircase resolved: where every second frame (every third ...) is a repeat, repeats are dropped
/// and the rate becomes what the recording had; where they are scattered, they are filled in between
/// their neighbours and the rate stays. Returns what was done in words, "" if nothing repeats.
std::string fix_repeats(Clip& clip);

/// Frames [first, last] of a body's joint (or "root") that were NaN in the source; the reader put
/// the rest pose there and noted them in Source::metadata["nan_holes"] as "body first-last; ...".
struct Hole {
  std::string part;
  int first = 0, last = 0;
};
std::vector<Hole> nan_holes(const Clip& clip);
void note_nan_hole(Source& source, const Hole& hole);

/// Fills the holes from the frames around them: rotations and angles as cubic curves between the
/// ends. A hole without a frame on either side, or longer than a second, stays; those are returned
/// and stay noted.
std::vector<Hole> fix_nan_holes(Clip& clip);

/// Replaces frames `first` to `last` of one body's joint (0: the root's place and rotation) by a
/// curve between the frames around them. There must be one on either side.
void bridge(Clip& clip, int body, int first, int last);

/// Frames in which one body (0: the root) is out of place: it jumps away and back within `most`
/// frames. {body, first, last}.
struct Spike {
  int body = 0, first = 0, last = 0;
};
std::vector<Spike> find_spikes(const Clip& clip, int most = 3);

}  // namespace motus
