#include <set>
#include <sstream>

#include "formats/clip_tools.h"
#include "formats/numpy/arrays.h"
#include "formats/phc.h"
#include "formats/pickle/pickle_writer.h"
#include "motion/error.h"

namespace motus::formats {

namespace {

/// Joints at rest behind those of the robot: trainers cut off what their own robots have not, but
/// miss what they add (head and hands of the G1).
constexpr int kSpareJoints = 3;

std::vector<std::string> words(const std::map<std::string, std::string>& metadata,
                               const std::string& key) {
  const auto at = metadata.find(key);
  std::istringstream in(at == metadata.end() ? "" : at->second);
  std::vector<std::string> out;
  for (std::string w; in >> w;) out.push_back(w);
  return out;
}

void require_hinges(const Clip& clip) {
  require_robot(clip, "phc");
  for (const Joint& j : clip.skeleton->joints()) {
    if (j.type == JointType::hinge) continue;
    throw Error(Kind::usage,
                fmt::format("clip '{}': '{}' of '{}' is a ball; phc files hold one angle a joint",
                            clip.name, j.name, clip.skeleton->name()),
                "motion-retarget --to a robot of hinges first");
  }
}

std::map<std::string, Array> compute(const Clip& clip) {
  const int64_t frames = clip.frames(), dofs = clip.skeleton->dof_count();
  const int64_t joints = 1 + dofs + kSpareJoints;
  Frames pose = Frames::Zero(frames, 3 * joints);
  for (int f = 0; f < clip.frames(); ++f) {
    pose.block<1, 3>(f, 0) = log_map(clip.root_rot_at(f)).transpose();
    for (const Joint& j : clip.skeleton->joints()) {
      pose.block<1, 3>(f, 3 * (1 + j.dof)) = clip.dof_pos(f, j.dof) * j.axis.transpose();
    }
  }
  std::map<std::string, Array> out;
  out["root_trans_offset"] = f8_array(clip.root_pos);
  out["pose_aa"] = f8_array(pose, {frames, joints, 3});
  out["dof"] = f8_array(clip.dof_pos);
  out["root_rot"] = f8_array(to_xyzw(clip.root_rot));
  out["fps"] = rate_array(clip.fps);
  if (const auto at = clip.channels.find("contact_mask"); at != clip.channels.end()) {
    out["contact_mask"] = f8_array(at->second.data);
  }
  return out;
}

void write_clip(PickleWriter& out, const Clip& clip) {
  const bool untouched = is_untouched(clip, "phc");
  if (!untouched) require_hinges(clip);
  const std::map<std::string, Array> arrays = untouched ? clip.source.arrays : compute(clip);
  std::vector<std::string> keys = {"root_trans_offset", "pose_aa", "dof", "root_rot",
                                   "contact_mask"};
  std::set<std::string> columns_first;
  if (untouched) {
    keys = words(clip.source.metadata, "keys");
    for (const std::string& k : words(clip.source.metadata, "columns_first")) {
      columns_first.insert(k);
    }
  }
  out.text(clip.name);
  out.open_dict();
  for (const std::string& key : keys) {
    const auto at = arrays.find(key);
    const auto text = clip.source.metadata.find(key);
    if (at != arrays.end()) {
      out.text(key);
      out.joblib_array(at->second, columns_first.contains(key));
    } else if (untouched && text != clip.source.metadata.end()) {
      out.text(key);
      out.text(text->second);
    }
  }
  out.text("fps");
  write_rate(out, arrays.at("fps"), clip, untouched);
  out.close_dict();
}

}  // namespace

std::vector<std::byte> write_phc(std::span<const Clip> clips, const WriteOptions&) {
  PickleWriter out;
  std::set<std::string> names;
  out.open_dict();
  for (const Clip& clip : clips) {
    require(names.insert(clip.name).second, Kind::usage,
            "two clips are named '{}': a phc file finds them by name", clip.name);
    write_clip(out, clip);
  }
  out.close_dict();
  return out.finish();
}

}  // namespace motus::formats
