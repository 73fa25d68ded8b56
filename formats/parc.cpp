#include "formats/parc.h"

#include "formats/bytes.h"
#include "formats/clip_tools.h"
#include "formats/mimickit.h"
#include "formats/mjcf.h"
#include "formats/numpy/arrays.h"
#include "formats/pickle/pickle.h"
#include "motion/error.h"
#include "motion/kinematics.h"

namespace motus::formats {

namespace {

constexpr Kind kBad = Kind::bad_input;

/// The pickle inside the bytes of `key`.
Pickle nested(const Value& root, const char* key) {
  const Value& v = root.at(key, "the file");
  require(v.is(ValueKind::bytes), kBad, "{} is {}, expected a pickle as bytes", key,
          kind_text(v.kind()));
  try {
    return Pickle::parse(std::as_bytes(std::span(v.raw_string())));
  } catch (const Error& e) {
    throw e.at(key);
  }
}

Array shaped(const Value& motion, const char* key, const std::vector<int64_t>& shape) {
  Array a = numeric_array(motion.at(key, "motion_data"), key);
  require(a.shape == shape, kBad, "{} has shape {}, expected {}", key, shape_text(a.shape),
          shape_text(shape));
  return a;
}

/// The terrain under the motion; its arrays are kept as they lie in the file, too.
void add_terrain(const Value& root, Clip& clip, std::map<std::string, Array>& arrays) {
  if (!root.find("terrain_data")) return;
  const Pickle pickle = nested(root, "terrain_data");
  const Value& terrain = pickle.root();
  for (const char* key : {"hf", "hf_maxmin", "min_point", "dx"}) {
    if (!terrain.find(key)) continue;
    const Value& v = terrain.at(key, "terrain_data");
    arrays[fmt::format("terrain/{}", key)] =
        v.is(ValueKind::array) ? numeric_array(v, key) : scalar_f8(v.number(key));
  }
  const auto hf = arrays.find("terrain/hf"), dx = arrays.find("terrain/dx"),
             from = arrays.find("terrain/min_point");
  if (hf == arrays.end() || dx == arrays.end() || from == arrays.end()) return;
  require(hf->second.shape.size() == 2 && hf->second.size() > 0, kBad,
          "hf has shape {}, expected (x, y)", shape_text(hf->second.shape));
  require(from->second.shape == std::vector<int64_t>{2}, kBad,
          "min_point has shape {}, expected (2,)", shape_text(from->second.shape));
  const Frames corner = to_frames(from->second, "min_point");
  require(corner.allFinite(), kBad, "min_point holds a number that is not finite");
  clip.terrain = Terrain{.heights = to_frames(hf->second, "hf"),
                         .origin_x = corner(0, 0),
                         .origin_y = corner(1, 0),
                         .spacing = to_number(dx->second, "dx")};
}

}  // namespace

Match sniff_parc(Bytes bytes) {
  if (!looks_like_pickle(bytes)) return Match::no;
  const std::string_view text = as_text(bytes);
  const auto holds = [&](std::string_view word) { return text.find(word) != text.npos; };
  return holds("motion_data") && holds("joint_rot") && holds("root_rot") ? Match::yes : Match::no;
}

std::vector<Clip> read_parc(Bytes bytes, const ReadOptions& options) {
  const Pickle outer = Pickle::parse(bytes);
  const Value& root = outer.root();
  const Pickle inner = nested(root, "motion_data");
  const Value& motion = inner.root();
  Clip clip;
  clip.skeleton = robot_for(options, "humanoid", "a file of PARC's figure", clip.source).skeleton;
  const Skeleton& s = *clip.skeleton;
  std::map<std::string, Array> arrays;
  arrays["root_pos"] = numeric_array(motion.at("root_pos", "motion_data"), "root_pos");
  const int64_t frames = arrays["root_pos"].shape.empty() ? 0 : arrays["root_pos"].shape[0];
  require(frames > 0, kBad, "root_pos holds no frames");
  const int64_t bodies = s.body_count();
  arrays["root_pos"] = shaped(motion, "root_pos", {frames, 3});
  arrays["root_rot"] = shaped(motion, "root_rot", {frames, 4});
  arrays["joint_rot"] = shaped(motion, "joint_rot", {frames, bodies - 1, 4});
  clip.root_pos = to_frames(arrays["root_pos"], "root_pos");
  clip.root_rot = from_xyzw(to_frames(arrays["root_rot"], "root_rot"));
  normalise(clip.root_rot, "root_rot", clip.source);
  Frames joints = from_xyzw(to_frames(arrays["joint_rot"], "joint_rot"));
  normalise(joints, "joint_rot", clip.source);
  clip.dof_pos.resize(frames, s.dof_count());
  std::vector<Quat> q(static_cast<size_t>(bodies), Quat::Identity());
  for (int f = 0; f < clip.frames(); ++f) {
    for (int b = 1; b < s.body_count(); ++b) {
      q[static_cast<size_t>(b)] = Clip::quat_at(joints, f, b - 1);
    }
    dofs_from_rotations(s, q, clip.dof_pos.row(f).data());
  }
  arrays["fps"] = read_rate(motion.at("fps", "motion_data"), clip);
  clip.loop = loop_mode_of(motion.at("loop_mode", "motion_data"));
  if (motion.find("body_contacts")) {
    arrays["body_contacts"] = shaped(motion, "body_contacts", {frames, bodies});
    Channel& c = clip.channels["contacts"];
    c.data = to_frames(arrays["body_contacts"], "body_contacts");
    for (const Body& b : s.bodies()) c.names.push_back(b.name);
    c.units = "1";
  }
  add_terrain(root, clip, arrays);
  if (const Value* misc = root.find("misc_data"); misc && misc->is(ValueKind::bytes)) {
    clip.source.metadata["misc_data"] =
        fmt::format("{} bytes, not kept", misc->raw_string().size());
  }
  finish_clip(clip, std::move(arrays));
  return {std::move(clip)};
}

}  // namespace motus::formats
