#include "formats/gmr.h"

#include "formats/bytes.h"
#include "formats/clip_tools.h"
#include "formats/mjcf.h"
#include "formats/numpy/arrays.h"
#include "formats/pickle/pickle.h"
#include "formats/pickle/pickle_writer.h"
#include "motion/kinematics.h"

namespace motus::formats {

namespace {

constexpr Kind kBad = Kind::bad_input;

/// A robot of which only the number of dofs is known: every hinge sits at the root. Frames, times
/// and dofs are right, body positions are not, so it has no roles and cannot be retargeted.
SkeletonPtr nameless(int64_t dofs) {
  Skeleton::Spec s;
  s.name = fmt::format("unknown_{}_dofs", dofs);
  s.kind = SkeletonKind::robot;
  s.bodies.push_back({.name = "root"});
  for (int64_t i = 0; i < dofs; ++i) {
    s.bodies.push_back({.name = fmt::format("body_{}", i), .parent = 0});
    s.joints.push_back({.name = fmt::format("dof_{}", i),
                        .type = JointType::hinge,
                        .body = static_cast<int>(i + 1)});
  }
  return Skeleton::build(std::move(s));
}

/// True if most of the links that the file names are bodies of `s`.
bool names_fit(const Skeleton& s, const std::vector<std::string>& links) {
  size_t found = 0;
  for (const std::string& l : links) found += s.find_body(l) >= 0;
  return 2 * found >= links.size();
}

SkeletonPtr skeleton_for(int64_t dofs, const std::vector<std::string>& links,
                         const ReadOptions& options, Source& source) {
  if (!options.skeleton.empty()) {
    SkeletonPtr s = load_robot(options.skeleton).skeleton;
    require(s->dof_count() == dofs, kBad, "dof_pos has {} columns, '{}' has {} dofs", dofs,
            s->name(), s->dof_count());
    return s;
  }
  const std::string guess = dofs == 29 ? "g1" : dofs == 22 ? "pi_plus" : "";
  if (!guess.empty()) {
    SkeletonPtr s = load_robot(guess).skeleton;
    if (links.empty() || names_fit(*s, links)) {
      source.warnings.push_back(fmt::format(
          "the file names no dofs: {} columns suit '{}'; say it with --skeleton", dofs, guess));
      return s;
    }
  }
  source.warnings.push_back(fmt::format(
      "{} dofs of a robot that is not known here{}: dofs are kept by number, body positions are "
      "not computed; give its model with --skeleton",
      dofs, links.size() > 1 ? fmt::format(" (its links: {}, {} ...)", links[0], links[1]) : ""));
  return nameless(dofs);
}

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

}  // namespace

Match sniff_gmr(Bytes bytes) {
  if (!looks_like_pickle(bytes)) return Match::no;
  const std::string_view text = as_text(bytes);
  const auto holds = [&](std::string_view word) { return text.find(word) != text.npos; };
  const bool ours = holds("root_pos") && holds("root_rot") && holds("dof_pos") && holds("fps");
  return ours && !holds("motion_data") && !holds("joblib") ? Match::yes : Match::no;
}

std::vector<Clip> read_gmr(Bytes bytes, const ReadOptions& options) {
  const Pickle pickle = Pickle::parse(bytes);
  const Value& root = pickle.root();
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
  clip.skeleton = skeleton_for(shape[1], links, options, clip.source);
  clip.root_pos = to_frames(arrays["root_pos"], "root_pos");
  const Frames rot = to_frames(arrays["root_rot"], "root_rot");
  clip.root_rot = options.quat_order == "wxyz" ? rot : from_xyzw(rot);
  normalise(clip.root_rot, "root_rot", clip.source);
  clip.dof_pos = to_frames(arrays["dof_pos"], "dof_pos");
  const Value& fps = root.at("fps", "the motion");
  clip.fps = fps.number("fps");
  arrays["fps"] = rate_array(fps, "fps");
  if (!links.empty()) arrays["link_body_list"] = string_array(links);
  add_channel(clip, root, "local_body_pos", 3, "m", "root", links, arrays);
  add_channel(clip, root, "body_pos_w", 3, "m", "world", links, arrays);
  // twist2_mjlab keeps this one in w x y z beside a root_rot in x y z w
  add_channel(clip, root, "body_quat_w", 4, "1", "world", links, arrays);
  finish_clip(clip, std::move(arrays));
  return {std::move(clip)};
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
  write_rate(out, a.at("fps"));
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
