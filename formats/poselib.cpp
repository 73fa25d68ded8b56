#include "formats/poselib.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

#include "formats/amp_humanoid.h"
#include "formats/bytes.h"
#include "formats/clip_tools.h"
#include "formats/numpy/arrays.h"
#include "formats/numpy/npy.h"
#include "formats/pickle/pickle.h"
#include "formats/poselib_json.h"

namespace motus::formats {

namespace {

constexpr Kind kBad = Kind::bad_input;

/// The array of an entry {arr, context}.
Array entry(const Value& dict, const std::string& key) {
  return numeric_array(dict.at(key, "the motion").at("arr", key), key);
}

/// Names are a list or an array.
std::vector<std::string> names_of(const Value& v) {
  if (v.is(ValueKind::array) && !v.raw_array().objects) {
    return to_strings(v.raw_array().array, "node_names");
  }
  std::vector<std::string> out;
  for (const Value& n : v.items("node_names")) out.push_back(n.string("a node's name"));
  return out;
}

/// The decimal number that a float of single precision was rounded from: 0.236151, not
/// 0.23615099489688873, so that files of both precisions have equal skeletons.
double undo_rounding(double v) {
  return std::strtod(fmt::format("{}", static_cast<float>(v)).c_str(), nullptr);
}

SkeletonPtr skeleton_of(const Value& tree, std::map<std::string, Array>& arrays) {
  const std::vector<std::string> names = names_of(tree.at("node_names", "skeleton_tree"));
  const Array parents = entry(tree, "parent_indices"), offsets = entry(tree, "local_translation");
  const auto n = static_cast<int64_t>(names.size());
  require(parents.size() == n && offsets.shape == std::vector<int64_t>{n, 3}, kBad,
          "skeleton_tree names {} nodes, has parents {} and offsets {}", n,
          shape_text(parents.shape), shape_text(offsets.shape));
  const std::vector<double> parent = to_doubles(parents);
  const Frames offset = to_frames(offsets, "local_translation");
  Skeleton::Spec s;
  s.name = is_amp_humanoid(names) ? "amp_humanoid" : "poselib";
  for (size_t i = 0; i < names.size(); ++i) {
    Vec3 rest = offset.row(static_cast<Eigen::Index>(i));
    if (offsets.descr == "<f4") rest = rest.unaryExpr(&undo_rounding);
    const bool known = std::isfinite(parent[i]) && parent[i] >= -1 && parent[i] < n;
    require(known, kBad, "node '{}' has parent {}", names[i], parent[i]);
    s.bodies.push_back({.name = names[i], .parent = static_cast<int>(parent[i]), .rest_pos = rest});
  }
  s.roles = amp_roles(names);
  arrays["node_names"] = string_array(names);
  arrays["parent_indices"] = parents;
  arrays["local_translation"] = offsets;
  return Skeleton::build(std::move(s));
}

/// Global rotations to rotations in the parent.
Frames to_local(const Skeleton& s, const Frames& global) {
  Frames out(global.rows(), global.cols());
  for (int f = 0; f < global.rows(); ++f) {
    for (int b = 0; b < s.body_count(); ++b) {
      const int parent = s.bodies()[static_cast<size_t>(b)].parent;
      const Quat q = Clip::quat_at(global, f, b);
      Clip::set_quat(out, f, b, parent < 0 ? q : Clip::quat_at(global, f, parent).conjugate() * q);
    }
  }
  return out;
}

void add_velocity(Clip& clip, const Value& root, const char* key, const char* channel,
                  const char* units, std::map<std::string, Array>& arrays) {
  if (!root.find(key)) return;
  const Array a = entry(root, key);
  const int64_t bodies = clip.skeleton->body_count();
  require(a.shape == std::vector<int64_t>{clip.frames(), bodies, 3}, kBad,
          "{} has shape {}, expected ({}, {}, 3)", key, shape_text(a.shape), clip.frames(), bodies);
  Channel& c = clip.channels[channel];
  c.data = to_frames(a, key);
  c.components = 3;
  for (const Body& b : clip.skeleton->bodies()) c.names.push_back(b.name);
  c.units = units;
  c.frame = "world";
  arrays[key] = a;
}

/// (J, 4) of a T-pose to (1, J, 4).
Array with_time(Array a, size_t axes) {
  if (a.shape.size() + 1 == axes) a.shape.insert(a.shape.begin(), 1);
  return a;
}

}  // namespace

Match sniff_poselib(Bytes bytes) {
  if (!starts_with(bytes, "\x93NUMPY")) return Match::no;
  try {
    if (read_npy_header(bytes).descr != "|O") return Match::no;
  } catch (const Error&) {
    return Match::no;
  }
  const std::string_view text = as_text(bytes);
  const bool tree = text.find("skeleton_tree") != text.npos;
  return tree && text.find("root_translation") != text.npos ? Match::yes : Match::no;
}

Match sniff_poselib_json(Bytes bytes) {
  const std::string_view text = as_text(bytes);
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos || text[first] != '{') return Match::no;
  const auto holds = [&](std::string_view word) { return text.find(word) != text.npos; };
  const bool ours = holds("__ndarray__") && holds("skeleton_tree") && holds("root_translation");
  return ours ? Match::yes : Match::no;
}

std::vector<Clip> read_poselib_json(Bytes bytes, const ReadOptions& options) {
  const JsonValues json(bytes);
  std::vector<Clip> clips;
  clips.push_back(poselib_clip(json.root(), options));
  return clips;
}

std::vector<Clip> read_poselib(Bytes bytes, const ReadOptions& options) {
  const NpyHeader header = read_npy_header(bytes);
  require(header.descr == "|O", kBad, "an array of '{}', expected a pickled SkeletonMotion",
          header.descr);
  const Pickle pickle = Pickle::parse(bytes.subspan(header.data));
  const Value& outer = pickle.root();
  const bool wrapped = outer.is(ValueKind::array) && outer.raw_array().objects &&
                       outer.raw_array().items.size() == 1;
  require(wrapped, kBad, "the npy file holds {}, expected one object", kind_text(outer.kind()));
  std::vector<Clip> clips;
  clips.push_back(poselib_clip(outer.raw_array().items[0], options));
  return clips;
}

Clip poselib_clip(const Value& root, const ReadOptions& options) {
  std::map<std::string, Array> arrays;
  Clip clip;
  clip.skeleton = skeleton_of(root.at("skeleton_tree", "the motion"), arrays);
  const Value* name = root.find("__name__");
  const bool state = name && name->string("__name__") == "SkeletonState";
  const Array rotation = with_time(entry(root, "rotation"), 3);
  const Array translation = with_time(entry(root, "root_translation"), 2);
  const int64_t frames = rotation.shape.empty() ? 0 : rotation.shape[0];
  const int64_t bodies = clip.skeleton->body_count();
  require(rotation.shape == std::vector<int64_t>{frames, bodies, 4}, kBad,
          "rotation has shape {}, expected (frames, {}, 4)", shape_text(rotation.shape), bodies);
  require(translation.shape == std::vector<int64_t>{frames, 3}, kBad,
          "root_translation has shape {}, expected ({}, 3)", shape_text(translation.shape), frames);
  Frames rot = from_xyzw(to_frames(rotation, "rotation"));
  normalise(rot, "rotation", clip.source);
  const bool local = root.at("is_local", "the motion").whole("is_local") != 0;
  clip.local_rot = local ? rot : to_local(*clip.skeleton, rot);
  clip.root_rot = clip.local_rot.leftCols(4);
  for (int f = 0; f < frames; ++f) Clip::set_quat(clip.local_rot, f, 0, Quat::Identity());
  clip.root_pos = to_frames(translation, "root_translation");
  arrays["rotation"] = rotation;
  arrays["root_translation"] = translation;
  arrays["is_local"] = scalar_i8(local ? 1 : 0);

  if (const Value* fps = root.find("fps"); fps && !fps->is_none()) {
    arrays["fps"] = read_rate(*fps, clip);
  } else if (state || frames == 1) {
    clip.source.fps_source = "guess";  // one pose has no rate
  } else {
    guess_fps(clip, options);
  }
  clip.source.variant = state ? "SkeletonState" : "SkeletonMotion";
  add_velocity(clip, root, "global_velocity", "body_lin_vel", "m/s", arrays);
  add_velocity(clip, root, "global_angular_velocity", "body_ang_vel", "rad/s", arrays);
  finish_clip(clip, std::move(arrays));
  return clip;
}

}  // namespace motus::formats
