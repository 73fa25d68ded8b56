#include "formats/clip_tools.h"
#include "formats/numpy/arrays.h"
#include "formats/numpy/npy.h"
#include "formats/poselib.h"
#include "formats/poselib_json.h"
#include "formats/smooth_velocity.h"
#include "motion/error.h"
#include "motion/kinematics.h"

namespace motus::formats {

namespace {

/// The arrays of a SkeletonMotion computed from any clip.
std::map<std::string, Array> compute(const Clip& clip) {
  const Skeleton& s = *clip.skeleton;
  const int64_t frames = clip.frames(), bodies = s.body_count();
  Frames rot(frames, 4 * bodies), offsets(bodies, 3), parents(bodies, 1);
  std::vector<Quat> joints;
  std::vector<std::string> names;
  for (int b = 0; b < s.body_count(); ++b) {
    const Body& body = s.bodies()[static_cast<size_t>(b)];
    names.push_back(body.name);
    offsets.row(b) = body.rest_pos;
    parents(b, 0) = body.parent;
  }
  for (int f = 0; f < clip.frames(); ++f) {
    joint_rotations(clip, f, joints);
    Clip::set_quat(rot, f, 0, positive(clip.root_rot_at(f)));
    for (int b = 1; b < s.body_count(); ++b) {
      // poselib knows no rest rotation: it goes into the joint's
      const auto i = static_cast<size_t>(b);
      Clip::set_quat(rot, f, b, positive(s.bodies()[i].rest_rot * joints[i]));
    }
  }
  std::map<std::string, Array> out;
  out["rotation"] = f4_array(to_xyzw(rot), {frames, bodies, 4});
  out["root_translation"] = f4_array(clip.root_pos);
  out["global_velocity"] =
      f4_array(smooth_linear_velocity(body_positions(clip), clip.fps), {frames, bodies, 3});
  out["global_angular_velocity"] =
      f4_array(smooth_angular_velocity(body_rotations(clip), clip.fps), {frames, bodies, 3});
  out["node_names"] = string_array(names);
  out["parent_indices"] = {"<i8", {bodies}, {}};
  for (int64_t b = 0; b < bodies; ++b) {
    const Array one = scalar_i8(static_cast<int64_t>(parents(b, 0)));
    auto& data = out["parent_indices"].data;
    data.insert(data.end(), one.data.begin(), one.data.end());
  }
  out["local_translation"] = f4_array(offsets);
  out["is_local"] = scalar_i8(1);
  out["fps"] = rate_array(clip.fps);
  return out;
}

/// NumPy's name of a type, which poselib keeps beside each array.
std::string type_name(const Array& a) {
  const int bits = 8 * static_cast<int>(item_size(a.descr));
  return a.descr[1] == 'b' ? "bool"
                           : fmt::format("{}{}", a.descr[1] == 'f' ? "float" : "int", bits);
}

template <typename Writer>
void write_entry(Writer& out, const char* key, const Array& a) {
  out.text(key);
  out.open_ordered_dict();
  out.text("arr");
  out.array(a);
  out.text("context");
  out.open_dict();
  out.text("dtype");
  out.text(type_name(a));
  out.close_dict();
  out.close_dict();
}

/// (1, J, 4) of a pose to (J, 4).
Array without_time(Array a) {
  if (!a.shape.empty() && a.shape[0] == 1) a.shape.erase(a.shape.begin());
  return a;
}

/// The whole object, as a pickle or as JSON. One pose is a SkeletonState: no velocities, no rate.
template <typename Writer>
void write_motion(Writer& out, const Clip& clip, const std::string& format) {
  const bool untouched = is_untouched(clip, format);
  std::map<std::string, Array> a = untouched ? clip.source.arrays : compute(clip);
  const bool state = untouched ? clip.source.variant == "SkeletonState" : clip.frames() == 1;
  if (state) {
    a.at("rotation") = without_time(a.at("rotation"));
    a.at("root_translation") = without_time(a.at("root_translation"));
  }
  out.open_ordered_dict();
  write_entry(out, "rotation", a.at("rotation"));
  write_entry(out, "root_translation", a.at("root_translation"));
  for (const char* key : {"global_velocity", "global_angular_velocity"}) {
    if (!state && a.count(key)) write_entry(out, key, a.at(key));
  }
  out.text("skeleton_tree");
  out.open_ordered_dict();
  out.text("node_names");
  out.strings(to_strings(a.at("node_names"), "node_names"));
  write_entry(out, "parent_indices", a.at("parent_indices"));
  write_entry(out, "local_translation", a.at("local_translation"));
  out.close_dict();
  out.text("is_local");
  out.boolean(to_number(a.at("is_local"), "is_local") != 0);
  if (!state && a.count("fps")) {
    out.text("fps");
    write_rate(out, a.at("fps"), clip, untouched);
  }
  out.text("__name__");
  out.text(state ? "SkeletonState" : "SkeletonMotion");
  out.close_dict();
}

}  // namespace

std::vector<std::byte> write_poselib(std::span<const Clip> clips, const WriteOptions&) {
  PickleWriter out;
  out.open_object();
  write_motion(out, only_clip(clips, "poselib"), "poselib");
  out.close_object();
  std::vector<std::byte> file =
      write_npy_header({.descr = "|O", .fortran_order = false, .shape = {}});
  const std::vector<std::byte> body = out.finish();
  file.insert(file.end(), body.begin(), body.end());
  return file;
}

std::vector<std::byte> write_poselib_json(std::span<const Clip> clips, const WriteOptions&) {
  JsonWriter out;
  write_motion(out, only_clip(clips, "poselib_json"), "poselib_json");
  return out.finish();
}

}  // namespace motus::formats
