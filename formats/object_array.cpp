#include "formats/object_array.h"

#include "formats/bytes.h"
#include "formats/clip_tools.h"
#include "formats/gmr.h"
#include "formats/mimickit.h"
#include "formats/numpy/arrays.h"
#include "formats/numpy/npy.h"
#include "formats/phc.h"
#include "formats/pickle/pickle.h"
#include "motion/error.h"

namespace motus::formats {

namespace {

constexpr Kind kBad = Kind::bad_input;

bool has(const Value& v, std::initializer_list<std::string_view> keys) {
  return std::all_of(keys.begin(), keys.end(), [&](std::string_view k) { return v.find(k); });
}

/// The pickle of an npy file of objects, nothing for other files.
bool is_object_npy(Bytes bytes) {
  if (!starts_with(bytes, "\x93NUMPY")) return false;
  try {
    return read_npy_header(bytes).descr == "|O";
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

Match sniff_object_array(Bytes bytes) {
  if (!is_object_npy(bytes)) return Match::no;
  const std::string_view text = as_text(bytes);
  const auto holds = [&](std::string_view word) { return text.find(word) != text.npos; };
  const bool known = (holds("root_rot") && holds("dof_pos")) ||
                     (holds("root_trans_offset") && holds("pose_aa")) ||
                     (holds("loop_mode") && holds("frames"));
  return known && !holds("skeleton_tree") ? Match::yes : Match::no;
}

std::vector<Clip> read_object_array(Bytes bytes, const ReadOptions& options) {
  const NpyHeader header = read_npy_header(bytes);
  require(header.descr == "|O", kBad, "an array of '{}', expected Python objects", header.descr);
  const Pickle pickle = Pickle::parse(bytes.subspan(header.data));
  const Value& outer = pickle.root();
  const bool one = outer.is(ValueKind::array) && outer.raw_array().items.size() == 1;
  require(one, kBad, "the npy file holds {}, expected one object", kind_text(outer.kind()));
  const Value& root = outer.raw_array().items[0];
  std::vector<Clip> clips;
  if (has(root, {"root_pos", "root_rot", "dof_pos"})) {
    clips.push_back(gmr_clip(root, options));
  } else if (has(root, {"loop_mode", "frames"})) {
    clips.push_back(mimickit_clip(root, options));
  } else if (root.is(ValueKind::dict)) {
    clips = phc_clips(root, options);
  } else {
    throw_error(kBad, "the npy file holds {}, expected a dict", kind_text(root.kind()));
  }
  return clips;
}

}  // namespace motus::formats
