#include "formats/gmr.h"

#include "formats/bytes.h"
#include "formats/clip_tools.h"
#include "formats/numpy/arrays.h"
#include "formats/pickle/pickle.h"
#include "formats/pickle/pickle_writer.h"
#include "formats/robot_guess.h"
#include "motion/kinematics.h"

namespace motus::formats {

namespace {

constexpr Kind kBad = Kind::bad_input;

std::vector<std::string> link_names(const Value& root) {
  std::vector<std::string> out;
  const Value* v = root.find("link_body_list");
  if (!v || v->is_none()) return out;
  if (v->is(ValueKind::array) && !v->raw_array().objects) {
    return to_strings(v->raw_array().array, "link_body_list");
  }
  for (const Value& n : v->items("link_body_list")) out.push_back(n.string("a link's name"));
  return out;
}

/// A (T, B, k) array of the file as a channel.
void add_channel(Clip& clip, const Value& root, const char* key, int components, const char* units,
                 const char* frame, const std::vector<std::string>& names,
                 std::map<std::string, Array>& arrays) {
  const Value* v = root.find(key);
  if (!v || v->is_none()) return;
  const Array a = numeric_array(*v, key);
  const bool fits = a.shape.size() == 3 && a.shape[0] == clip.frames() && a.shape[2] == components;
  require(fits, kBad, "{} has shape {}, expected ({}, bodies, {})", key, shape_text(a.shape),
          clip.frames(), components);
  Channel& c = clip.channels[key];
  c.data = to_frames(a, key);
  c.components = components;
  c.units = units;
  c.frame = frame;
  if (static_cast<int64_t>(names.size()) == a.shape[1]) c.names = names;
  arrays[key] = a;
}

/// The mean |dot| of two columns of quaternions: 1 for equal rotations.
double agreement(const Frames& a, const Frames& b) {
  return (a.leftCols<4>().cwiseProduct(b.leftCols<4>())).rowwise().sum().cwiseAbs().mean();
}

/// twist2_mjlab keeps body_quat_w in w x y z beside a root_rot in x y z w; the first body is the
/// root, so its rotation says which it is.
void order_body_rotations(Clip& clip) {
  const auto at = clip.channels.find("body_quat_w");
  if (at == clip.channels.end()) return;
  Frames& rot = at->second.data;
  const Frames turned = from_xyzw(rot);
  constexpr double kEqual = 0.99;
  if (agreement(rot, clip.root_rot) >= kEqual) return;
  if (agreement(turned, clip.root_rot) >= kEqual) {
    rot = turned;
    clip.source.conversions.push_back("body_quat_w from x y z w to w x y z");
    return;
  }
  clip.source.warnings.push_back(
      "body_quat_w: its first body does not turn with the root in either order of components; kept "
      "as w x y z");
}

}  // namespace

Match sniff_gmr(Bytes bytes) {
  if (!looks_like_pickle(bytes)) return Match::no;
  const std::string_view text = as_text(bytes);
  const auto holds = [&](std::string_view word) { return text.find(word) != text.npos; };
  const bool ours = holds("root_pos") && holds("root_rot") && holds("dof_pos") && holds("fps");
  return ours && !holds("motion_data") ? Match::yes : Match::no;
}

std::vector<Clip> read_gmr(Bytes bytes, const ReadOptions& options) {
  const Pickle pickle = Pickle::parse(bytes);
  std::vector<Clip> clips;
  clips.push_back(gmr_clip(pickle.root(), options));
  return clips;
}

Clip gmr_clip(const Value& root, const ReadOptions& options) {
  std::map<std::string, Array> arrays;
  for (const char* key : {"root_pos", "root_rot", "dof_pos"}) {
    arrays[key] = numeric_array(root.at(key, "the motion"), key);
  }
  const std::vector<int64_t>& shape = arrays["dof_pos"].shape;
  require(shape.size() == 2 && shape[0] > 0, kBad, "dof_pos has shape {}, expected (frames, dofs)",
          shape_text(shape));
  const auto want = [&](const char* key, int64_t columns) {
    require(arrays[key].shape == std::vector<int64_t>{shape[0], columns}, kBad,
            "{} has shape {}, expected ({}, {})", key, shape_text(arrays[key].shape), shape[0],
            columns);
  };
  want("root_pos", 3);
  want("root_rot", 4);
  const std::vector<std::string> links = link_names(root);
  Clip clip;
  clip.skeleton = skeleton_for_dofs(shape[1], links, options, clip.source);
  clip.root_pos = to_frames(arrays["root_pos"], "root_pos");
  const Frames rot = to_frames(arrays["root_rot"], "root_rot");
  clip.root_rot = options.quat_order == "wxyz" ? rot : from_xyzw(rot);
  normalise(clip.root_rot, "root_rot", clip.source);
  clip.dof_pos = to_frames(arrays["dof_pos"], "dof_pos");
  arrays["fps"] = read_rate(root.at("fps", "the motion"), clip);
  if (!links.empty()) arrays["link_body_list"] = string_array(links);
  add_channel(clip, root, "local_body_pos", 3, "m", "root", links, arrays);
  add_channel(clip, root, "body_pos_w", 3, "m", "world", links, arrays);
  add_channel(clip, root, "body_quat_w", 4, "1", "world", links, arrays);
  order_body_rotations(clip);
  finish_clip(clip, std::move(arrays));
  return clip;
}

namespace {

std::map<std::string, Array> compute(const Clip& clip) {
  const Skeleton& s = *clip.skeleton;
  const int64_t frames = clip.frames(), bodies = s.body_count();
  std::map<std::string, Array> a;
  a["root_pos"] = f8_array(clip.root_pos);
  a["root_rot"] = f8_array(to_xyzw(clip.root_rot));
  a["dof_pos"] = f8_array(clip.dof_pos);
  a["fps"] = rate_array(clip.fps);
  // body positions with the root at the origin, as GMR's own kinematics gives them
  Frames local(frames, 3 * bodies);
  std::vector<Quat> joints;
  BodyPoses poses;
  for (int f = 0; f < clip.frames(); ++f) {
    joint_rotations(clip, f, joints);
    forward(s, Vec3::Zero(), Quat::Identity(), joints, poses);
    for (size_t b = 0; b < poses.pos.size(); ++b) {
      local.block<1, 3>(f, static_cast<Eigen::Index>(3 * b)) = poses.pos[b].transpose();
    }
  }
  a["local_body_pos"] = f4_array(local, {frames, bodies, 3});
  std::vector<std::string> names;
  for (const Body& b : s.bodies()) names.push_back(b.name);
  a["link_body_list"] = string_array(names);
  return a;
}

}  // namespace

std::vector<std::byte> write_gmr(std::span<const Clip> clips, const WriteOptions&) {
  const Clip& clip = only_clip(clips, "gmr");
  const bool untouched = is_untouched(clip, "gmr");
  if (!untouched) require_robot(clip, "gmr");
  const std::map<std::string, Array> a = untouched ? clip.source.arrays : compute(clip);
  PickleWriter out;
  out.open_dict();
  out.text("fps");
  write_rate(out, a.at("fps"), clip, untouched);
  for (const char* key : {"root_pos", "root_rot", "dof_pos"}) {
    out.text(key);
    out.array(a.at(key));
  }
  out.text("local_body_pos");
  if (a.count("local_body_pos")) {
    out.array(a.at("local_body_pos"));
  } else {
    out.none();
  }
  out.text("link_body_list");
  if (a.count("link_body_list")) {
    out.strings(to_strings(a.at("link_body_list"), "link_body_list"));
  } else {
    out.none();
  }
  for (const char* key : {"body_pos_w", "body_quat_w"}) {
    if (!a.count(key)) continue;
    out.text(key);
    out.array(a.at(key));
  }
  out.close_dict();
  return out.finish();
}

}  // namespace motus::formats
