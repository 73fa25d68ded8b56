#include "formats/amass.h"

#include <algorithm>
#include <cmath>

#include "formats/array_dict.h"
#include "formats/bytes.h"
#include "formats/clip_tools.h"
#include "formats/numpy/arrays.h"
#include "formats/numpy/npz.h"
#include "formats/smpl_motion.h"

namespace motus::formats {

namespace {

constexpr Kind kBad = Kind::bad_input;

/// The parts of SMPL-X's pose vector in its order.
constexpr std::pair<const char*, int> kParts[] = {
    {"root_orient", 3}, {"pose_body", 63}, {"pose_jaw", 3}, {"pose_eye", 6}, {"pose_hand", 90}};

bool has_parts(const ArrayDict& file) {
  return std::all_of(std::begin(kParts), std::end(kParts),
                     [&](const auto& part) { return file.has(part.first); });
}

Frames joined(const ArrayDict& file) {
  const int64_t frames = file.at("root_orient", {-1, 3}).shape[0];
  Frames out(frames, 165);
  Eigen::Index column = 0;
  for (const auto& [name, width] : kParts) {
    out.middleCols(column, width) = to_frames(file.at(name, {frames, width}), name);
    column += width;
  }
  return out;
}

Frames poses_of(const ArrayDict& file, Source& source) {
  const std::string name = file.first_of({"poses", "fullpose", "pose"});
  if (name.empty()) {
    require(has_parts(file), kBad, "has neither 'poses' nor the parts of an SMPL-X pose");
    return joined(file);
  }
  Frames poses = to_frames(file.at(name, {-1, -1}), name);
  if (poses.cols() == 165 && has_parts(file)) {
    const Frames parts = joined(file);
    const bool equal = parts.rows() == poses.rows() && parts == poses;
    if (!equal) source.warnings.push_back("'poses' differ from root_orient, pose_body ...: taken");
  }
  return poses;
}

/// The rate of capture: AMASS writes mocap_framerate with SMPL+H and mocap_frame_rate with SMPL-X,
/// and the two releases disagree about some sequences.
std::string rate_name(const ArrayDict& file) {
  return file.first_of({"mocap_frame_rate", "mocap_framerate",
                        "stageii_debug_details.mocap_frame_rate", "fps", "frame_rate"});
}

void read_rate(const ArrayDict& file, const ReadOptions& options, Clip& clip) {
  const std::string name = rate_name(file);
  if (name.empty()) return guess_fps(clip, options);
  // 120.00004 occurs: the rate of a clock, not of the cameras
  const double fps = to_number(file.at(name), name), whole = std::round(fps);
  clip.fps = whole > 0 && std::abs(fps - whole) < 1e-4 * whole ? whole : fps;
  Source& s = clip.source;
  if (clip.fps != fps) s.conversions.push_back(fmt::format("{} frames a second to {}", fps, whole));
  if (file.has("mocap_framerate") && name != "mocap_framerate") {
    const double other = to_number(file.at("mocap_framerate"), "mocap_framerate");
    if (other != fps) {
      s.warnings.push_back(
          fmt::format("{} says {} frames a second, mocap_framerate {}", name, fps, other));
    }
  }
  if (!file.has("mocap_time_length")) return;
  const double length = to_number(file.at("mocap_time_length"), "mocap_time_length");
  if (std::abs(length * fps - clip.frames()) > 1.5) {
    s.warnings.push_back(
        fmt::format("{} frames at {} a second are {:.3f} s, the file says {:.3f} s", clip.frames(),
                    fps, clip.frames() / fps, length));
  }
}

/// Short arrays and texts that a clip has no field for.
void keep_metadata(const ArrayDict& file, Source& source) {
  for (const char* name : {"gender", "surface_model_type", "betas", "num_betas"}) {
    if (!file.has(name)) continue;
    const Array& a = file.at(name);
    if (a.size() == 0 || a.size() > 400) continue;
    std::string text;
    if (is_numeric(a)) {
      for (const double v : to_doubles(a)) text += fmt::format("{}{}", text.empty() ? "" : " ", v);
    } else {
      text = to_strings(a, name)[0];
    }
    source.metadata[name] = text;
  }
}

bool is_body_only(Bytes bytes) {
  return array_dict_has(bytes, {"betas", "gender"}) && !array_dict_has(bytes, {"trans"});
}

}  // namespace

Match sniff_amass(Bytes bytes) {
  const bool poses = array_dict_has(bytes, {"poses", "trans"}) ||
                     array_dict_has(bytes, {"root_orient", "pose_body", "trans"}) ||
                     array_dict_has(bytes, {"fullpose", "trans"}) ||
                     array_dict_has(bytes, {"pose", "trans", "betas"});
  if (poses && array_dict_has(bytes, {"smpl_poses"}) && !array_dict_has(bytes, {"betas"})) {
    return Match::no;  // AIST++
  }
  // PHC's pickles hold "trans_orig" and more: a joblib file is never one of these
  const bool phc = array_dict_has(bytes, {"root_trans_offset"}) ||
                   as_text(bytes.first(std::min<size_t>(bytes.size(), 4096))).find("joblib") !=
                       std::string_view::npos;
  if (phc) return Match::no;
  return poses || (starts_with(bytes, "PK\3\4") && is_body_only(bytes)) ? Match::yes : Match::no;
}

std::vector<Clip> read_amass(Bytes bytes, const ReadOptions& options) {
  ArrayDict file(bytes);
  if (!file.has("trans") && file.has("betas")) {
    throw Error(kBad, "holds the shape of a body (betas), no motion",
                "the motion is in the files beside it (*_poses.npz, *_stageii.npz)");
  }
  Source source;
  SmplPoses poses;
  poses.pose = poses_of(file, source);
  require(poses.pose.rows() > 0, kBad, "holds no frames");
  poses.trans = to_frames(file.at("trans", {poses.pose.rows(), 3}), "trans");
  const bool captured = file.has("mocap_framerate") || file.has("mocap_frame_rate");
  if (!options.up_axis.empty()) {
    poses.y_up = options.up_axis == "y";
  } else if (!captured) {
    poses.y_up = stands_along_y(poses);
    source.warnings.push_back(fmt::format(
        "the file does not say which axis is up: {}, by the pelvis; say it with --up-axis",
        poses.y_up ? "y" : "z"));
  }
  Clip clip = clip_from_smpl(poses);
  source.conversions.insert(source.conversions.end(), clip.source.conversions.begin(),
                            clip.source.conversions.end());
  source.warnings.insert(source.warnings.end(), clip.source.warnings.begin(),
                         clip.source.warnings.end());
  clip.source = std::move(source);
  read_rate(file, options, clip);
  keep_metadata(file, clip.source);
  if (captured) {
    clip.source.licence = "AMASS: non-commercial research (amass.is.tue.mpg.de/license.html)";
  }
  clip.source.variant = clip.skeleton->name();
  finish_clip(clip, std::move(file.arrays));
  return {std::move(clip)};
}

namespace {

constexpr const char* kOrder[] = {
    "trans",     "gender", "mocap_framerate", "mocap_frame_rate", "surface_model_type", "betas",
    "num_betas", "dmpls",  "root_orient",     "pose_body",        "pose_hand",          "pose_jaw",
    "pose_eye",  "poses"};

/// What the source says of the person, else a neutral body.
void add_person(const Clip& clip, std::map<std::string, Array>& out) {
  const auto kept = [&](const char* name) {
    const auto it = clip.source.arrays.find(name);
    return it == clip.source.arrays.end() ? nullptr : &it->second;
  };
  const Array* gender = kept("gender");
  const Array* betas = kept("betas");
  out["gender"] = gender ? *gender : string_array({"neutral"});
  if (!gender) out["gender"].shape.clear();
  out["betas"] = betas ? *betas : f8_array(Frames::Zero(1, 16), {16});
}

std::map<std::string, Array> compute(const Clip& clip, bool smplx) {
  const SmplPoses poses = smpl_from_clip(clip, smplx ? 55 : 52);
  std::map<std::string, Array> a;
  a["trans"] = f8_array(poses.trans);
  a["poses"] = f8_array(poses.pose);
  add_person(clip, a);
  if (!smplx) {
    a["mocap_framerate"] = scalar_f8(clip.fps);
    a["dmpls"] = f8_array(Frames::Zero(clip.frames(), 8));
    return a;
  }
  a["mocap_frame_rate"] = scalar_f8(clip.fps);
  a["surface_model_type"] = string_array({"smplx"});
  a["surface_model_type"].shape.clear();
  a["num_betas"] = scalar_i8(a["betas"].size());
  Eigen::Index column = 0;
  for (const auto& [name, width] : kParts) {
    a[name] = f8_array(poses.pose.middleCols(column, width));
    column += width;
  }
  return a;
}

}  // namespace

std::vector<std::byte> write_amass(std::span<const Clip> clips, const WriteOptions& options) {
  const Clip& clip = only_clip(clips, "amass");
  const auto model = options.extra.find("model");
  const bool given = model != options.extra.end();
  require(!given || model->second == "smplh" || model->second == "smplx", Kind::usage,
          "model '{}' is not known to amass files: smplh or smplx", given ? model->second : "");
  const bool smplx = given ? model->second == "smplx" : clip.skeleton->find_body("jaw") >= 0;
  const bool same = (!given || model->second == clip.source.variant) &&
                    clip.source.arrays.contains("poses") && !clip.source.licence.empty();
  std::map<std::string, Array> arrays =
      same && is_untouched(clip, "amass") ? clip.source.arrays : compute(clip, smplx);
  return write_npz(std::move(arrays), kOrder);
}

}  // namespace motus::formats
