#include "formats/object_array.h"

#include "formats/bytes.h"
#include "formats/clip_tools.h"
#include "formats/gmr.h"
#include "formats/mimickit.h"
#include "formats/mjcf.h"
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

/// amp-rsl-rl: joints by name in an order of their own, quaternions x y z w.
Clip named_joints(const Value& root, const ReadOptions& options) {
  Clip clip;
  std::map<std::string, Array> arrays;
  for (const char* key : {"joint_positions", "root_position", "root_quaternion"}) {
    arrays[key] = numeric_array(root.at(key, "the motion"), key);
  }
  std::vector<std::string> names;
  for (const Value& n : root.at("joints_list", "the motion").items("joints_list")) {
    names.push_back(n.string("a joint's name"));
  }
  arrays["joints_list"] = string_array(names);
  const Frames angles = to_frames(arrays["joint_positions"], "joint_positions");
  clip.root_pos = to_frames(arrays["root_position"], "root_position");
  const Frames rot = to_frames(arrays["root_quaternion"], "root_quaternion");
  const bool fits = angles.cols() == static_cast<Eigen::Index>(names.size()) &&
                    clip.root_pos.rows() == angles.rows() && clip.root_pos.cols() == 3 &&
                    rot.rows() == angles.rows() && rot.cols() == 4;
  require(fits, kBad, "{} joints, joint_positions {}, root_position {}, root_quaternion {}",
          names.size(), shape_text(arrays["joint_positions"].shape),
          shape_text(arrays["root_position"].shape), shape_text(arrays["root_quaternion"].shape));
  clip.root_rot = options.quat_order == "wxyz" ? rot : from_xyzw(rot);
  normalise(clip.root_rot, "root_quaternion", clip.source);
  if (options.skeleton.empty()) {
    throw Error(kBad, fmt::format("names joints ({}, ...) but no robot", names.at(0)),
                "give its model with --skeleton");
  }
  clip.skeleton = load_robot(options.skeleton).skeleton;
  clip.dof_pos = Frames::Zero(angles.rows(), clip.skeleton->dof_count());
  std::string missing;
  for (size_t i = 0; i < names.size(); ++i) {
    const int dof = clip.skeleton->find_dof(names[i]);
    if (dof < 0) {
      missing += (missing.empty() ? "" : ", ") + names[i];
    } else {
      clip.dof_pos.col(dof) = angles.col(static_cast<Eigen::Index>(i));
    }
  }
  require(missing.empty(), kBad, "'{}' has no joints {}", clip.skeleton->name(),
          missing.substr(0, 200));
  if (static_cast<int>(names.size()) < clip.skeleton->dof_count()) {
    clip.source.warnings.push_back(
        fmt::format("{} of the {} dofs of '{}' are not in the file: kept at zero",
                    clip.skeleton->dof_count() - static_cast<int>(names.size()),
                    clip.skeleton->dof_count(), clip.skeleton->name()));
  }
  arrays["fps"] = read_rate(root.at("fps", "the motion"), clip);
  clip.source.variant = "named joints";
  finish_clip(clip, std::move(arrays));
  return clip;
}

}  // namespace

Match sniff_object_array(Bytes bytes) {
  if (!is_object_npy(bytes)) return Match::no;
  const std::string_view text = as_text(bytes);
  const auto holds = [&](std::string_view word) { return text.find(word) != text.npos; };
  const bool known = (holds("root_rot") && holds("dof_pos")) ||
                     (holds("root_quaternion") && holds("joint_positions")) ||
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
  } else if (has(root, {"joints_list", "joint_positions", "root_position", "root_quaternion"})) {
    clips.push_back(named_joints(root, options));
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
