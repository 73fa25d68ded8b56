#include "formats/aist.h"

#include "formats/array_dict.h"
#include "formats/clip_tools.h"
#include "formats/numpy/arrays.h"
#include "formats/smpl_motion.h"
#include "motion/error.h"

namespace motus::formats {

Match sniff_aist(Bytes bytes) {
  return array_dict_has(bytes, {"smpl_poses", "smpl_trans"}) ? Match::yes : Match::no;
}

std::vector<Clip> read_aist(Bytes bytes, const ReadOptions& options) {
  ArrayDict file(bytes);
  SmplPoses poses;
  poses.pose = to_frames(file.at("smpl_poses", {-1, 72}), "smpl_poses");
  require(poses.pose.rows() > 0, Kind::bad_input, "holds no frames");
  poses.trans = to_frames(file.at("smpl_trans", {poses.pose.rows(), 3}), "smpl_trans");
  const double scaling =
      file.has("smpl_scaling") ? to_number(file.at("smpl_scaling"), "smpl_scaling") : 1;
  require(scaling > 0, Kind::bad_input, "smpl_scaling is {}", scaling);
  poses.trans /= scaling;
  poses.y_up = options.up_axis != "z";
  poses.fps = 60;
  Clip clip = clip_from_smpl(poses);
  clip.source.fps_source = "guess";
  if (!options.fps) {
    clip.source.warnings.emplace_back("the file states no frame rate: 60, as all of AIST++");
  }
  clip.source.conversions.push_back(fmt::format("translations divided by {}", scaling));
  clip.source.metadata["smpl_scaling"] = fmt::format("{}", scaling);
  clip.source.licence = "CC BY 4.0 (AIST++ annotations)";
  finish_clip(clip, std::move(file.arrays));
  return {std::move(clip)};
}

}  // namespace motus::formats
