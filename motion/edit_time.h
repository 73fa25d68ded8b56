#pragma once
// Edits along time. Frame rates are changed by motion/resample.h.
#include <string>

#include "motion/clip.h"

namespace motus {

/// Frames [first, last).
struct FrameRange {
  int first = 0, last = 0;
};

/// "A:B" of a clip. Numbers are frames, B left out as in Python, negative ones counted from the
/// end; with an s they are seconds, the frame at B included ("0.5s:2s"). An end may be left out.
/// Throws Error(usage) for other text and for a range without frames or beyond the clip.
FrameRange parse_range(const std::string& text, const Clip& clip);

/// The frames of `range` as a clip. A part of a wrapping clip does not wrap.
Clip cut_range(const Clip& clip, FrameRange range);

/// The motion `factor` times as fast at the same frames a second (interpolated as by
/// Interpolation::cubic); stored rates are scaled. 1 returns the clip bit for bit.
Clip change_speed(const Clip& clip, double factor);

/// The motion backwards; stored rates change their sign. Twice is the clip bit for bit.
Clip reverse(const Clip& clip);

/// `b` after `a`: resampled to a's rate, turned and moved so that its frame 0 stands where a ends,
/// facing the same way. a's last frame stands for b's first: a.frames() + b.frames() - 1 frames.
/// What still differs at the joint (height, tilt, pose and their rates) fades out over `blend`
/// seconds of b; 0 leaves b's poses alone. Channels that both have are joined. Throws
/// Error(bad_input) for different skeletons.
Clip append(const Clip& a, const Clip& b, double blend);

}  // namespace motus
