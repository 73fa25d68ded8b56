#pragma once
// What the readers and writers of array files share.
#include <map>
#include <string>

#include "formats/format.h"
#include "formats/numpy/arrays.h"
#include "formats/pickle/pickle_value.h"
#include "formats/pickle/pickle_writer.h"
#include "motion/robot.h"

namespace motus::formats {

/// Columns of quaternions (F, 4N) from x y z w to w x y z.
Frames from_xyzw(const Frames& rot);
/// And back.
Frames to_xyzw(const Frames& rot);

/// Scales quaternions (F, 4N) to unit length where they are off by more than 1e-6, and warns where
/// the largest deviation is more than rounding. Throws Error(bad_input) with frame and item for
/// zero and for numbers that are not finite.
void normalise(Frames& rot, const std::string& what, Source& source);

/// Frame rate of a clip whose file states none: options.fps, else 30 with a warning.
void guess_fps(Clip& clip, const ReadOptions& options);

/// Sets the rate of a clip from the value of a file, and returns it as the file had it: a number of
/// Python or torch as "<i8" or "<f8", NumPy's as they are. What form it had stands in the clip's
/// metadata ("fps_form").
Array read_rate(const Value& value, Clip& clip);
/// The same for a rate that is computed: whole numbers are integers.
Array rate_array(double fps);
/// The form in which a rate goes into a file: "scalar" and "array" are NumPy's and come from
/// read_rate() of an untouched clip, "" is a plain number.
std::string rate_form(const Clip& clip, bool untouched);

/// Puts a rate into a pickle (or JSON) in that form.
template <typename Writer>
void write_rate(Writer& out, const Array& rate, const Clip& clip, bool untouched) {
  const std::string form = rate_form(clip, untouched);
  const double value = to_number(rate, "fps");
  if (form == "scalar") {
    out.scalar(rate);
  } else if (form == "array") {
    out.array(rate);
  } else if (rate.descr[1] == 'f') {
    out.real(value);
  } else {
    out.integer(static_cast<int64_t>(value));
  }
}

/// Warns where frames repeat the one before exactly: data of a lower rate under a higher label.
void note_repeats(Clip& clip);

/// The robot of options.skeleton, or `guess`; the latter with a warning naming --skeleton.
Robot robot_for(const ReadOptions& options, const std::string& guess, const std::string& why,
                Source& source);

/// Ends a reader: quaternions made continuous, repeats noted, the source's arrays kept and signed.
void finish_clip(Clip& clip, std::map<std::string, Array> arrays);

/// True if the clip still is what its source's arrays of this format say, so that a writer returns
/// them bit for bit.
bool is_untouched(const Clip& clip, const std::string& format);

/// The only clip. Throws Error(usage) for none or several.
const Clip& only_clip(std::span<const Clip> clips, const std::string& format);

/// Throws Error(usage) with the hint to retarget for a character; dofs are what `format` stores.
void require_robot(const Clip& clip, const std::string& format);

}  // namespace motus::formats
