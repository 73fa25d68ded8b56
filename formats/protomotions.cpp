#include "formats/protomotions.h"

#include "formats/clip_tools.h"
#include "formats/numpy/arrays.h"
#include "formats/pickle/torch_zip.h"
#include "formats/robot_guess.h"
#include "motion/error.h"
#include "motion/kinematics.h"

namespace motus::formats {

namespace {

constexpr Kind kBad = Kind::bad_input;

struct BodyArray {
  const char* key;
  int components;
  const char* units;
  const char* frame;
};

/// In the order of the file, with the keys of the clip's channels.
constexpr BodyArray kBodyArrays[] = {
    {"rigid_body_pos", 3, "m", "world"},   {"rigid_body_rot", 4, "1", "world"},
    {"rigid_body_vel", 3, "m/s", "world"}, {"rigid_body_ang_vel", 3, "rad/s", "world"},
    {"rigid_body_contacts", 1, "1", ""},   {"local_rigid_body_rot", 4, "1", "local"}};

constexpr const char* kConversion = "state_conversion";

void add_channels(const std::map<std::string, Array>& arrays, Clip& clip) {
  const int64_t frames = clip.frames(), bodies = arrays.at("rigid_body_pos").shape[1];
  for (const BodyArray& b : kBodyArrays) {
    const auto at = arrays.find(b.key);
    if (at == arrays.end()) continue;
    const Array& a = at->second;
    std::vector<int64_t> want = {frames, bodies};
    if (b.components > 1) want.push_back(b.components);
    require(a.shape == want, kBad, "{} has shape {}, expected {}", b.key, shape_text(a.shape),
            shape_text(want));
    Channel& c = clip.channels[b.key];
    c.data = to_frames(a, b.key);
    if (b.components == 4) c.data = from_xyzw(c.data);
    c.components = b.components;
    c.units = b.units;
    c.frame = b.frame;
    if (bodies != clip.skeleton->body_count()) continue;
    for (const Body& body : clip.skeleton->bodies()) c.names.push_back(body.name);
  }
}

}  // namespace

Match sniff_protomotions(Bytes bytes) {
  return torch_zip_has(bytes, {"rigid_body_pos", "rigid_body_rot", "dof_pos"}) ? Match::yes
                                                                               : Match::no;
}

std::vector<Clip> read_protomotions(Bytes bytes, const ReadOptions& options) {
  const Pickle pickle = read_torch_zip(bytes);
  const Value& root = pickle.root();
  std::map<std::string, Array> arrays;
  for (const char* key : {"dof_pos", "rigid_body_pos", "rigid_body_rot"}) {
    arrays[key] = numeric_array(root.at(key, "the motion"), key);
  }
  for (const auto& [key, value] : root.raw_dict().entries) {
    if (!key.is(ValueKind::text) || !value.is(ValueKind::array)) continue;
    arrays[key.raw_string()] = numeric_array(value, key.raw_string());
  }
  const std::vector<int64_t>&dofs = arrays["dof_pos"].shape, &pos = arrays["rigid_body_pos"].shape,
        &rot = arrays["rigid_body_rot"].shape;
  require(dofs.size() == 2 && dofs[0] > 0, kBad, "dof_pos has shape {}, expected (frames, dofs)",
          shape_text(dofs));
  require(pos.size() == 3 && pos[0] == dofs[0] && pos[1] > 0 && pos[2] == 3, kBad,
          "rigid_body_pos has shape {}, expected ({}, bodies, 3)", shape_text(pos), dofs[0]);
  require(rot == std::vector<int64_t>({pos[0], pos[1], 4}), kBad,
          "rigid_body_rot has shape {}, expected ({}, {}, 4)", shape_text(rot), pos[0], pos[1]);
  Clip clip;
  clip.skeleton = skeleton_for_dofs(dofs[1], {}, options, clip.source);
  clip.root_pos = to_frames(arrays["rigid_body_pos"], "rigid_body_pos").leftCols(3);
  clip.root_rot = from_xyzw(to_frames(arrays["rigid_body_rot"], "rigid_body_rot").leftCols(4));
  normalise(clip.root_rot, "rigid_body_rot", clip.source);
  clip.dof_pos = to_frames(arrays["dof_pos"], "dof_pos");
  add_channels(arrays, clip);
  arrays["fps"] = read_rate(root.at("fps", "the motion"), clip);
  if (const Value* v = root.find(kConversion); v && v->is(ValueKind::text)) {
    clip.source.metadata[kConversion] = v->raw_string();
  }
  finish_clip(clip, std::move(arrays));
  return {std::move(clip)};
}

namespace {

std::map<std::string, Array> compute(const Clip& clip) {
  const int64_t frames = clip.frames(), bodies = clip.skeleton->body_count();
  const Frames pos = body_positions(clip), rot = body_rotations(clip);
  std::map<std::string, Array> out;
  out["fps"] = rate_array(clip.fps);
  out["dof_pos"] = f4_array(clip.dof_pos);
  out["dof_vel"] = f4_array(dof_velocities(clip));
  out["rigid_body_pos"] = f4_array(pos, {frames, bodies, 3});
  out["rigid_body_rot"] = f4_array(to_xyzw(rot), {frames, bodies, 4});
  out["rigid_body_vel"] = f4_array(linear_velocities(pos, clip.fps), {frames, bodies, 3});
  out["rigid_body_ang_vel"] = f4_array(angular_velocities(rot, clip.fps), {frames, bodies, 3});
  Array& contacts = out["rigid_body_contacts"];
  contacts = {.descr = "|b1", .shape = {frames, bodies}, .data = {}};
  contacts.data.resize(static_cast<size_t>(frames * bodies));
  const auto known = clip.channels.find("rigid_body_contacts");
  if (known != clip.channels.end() && known->second.data.cols() == bodies) {
    const double* touch = known->second.data.data();
    for (std::byte& b : contacts.data) b = static_cast<std::byte>(*touch++ > 0.5);
  }
  bool balls = false;
  for (const Joint& j : clip.skeleton->joints()) balls |= j.type == JointType::ball;
  if (!balls) return out;
  Frames local(frames, 4 * bodies);
  std::vector<Quat> q;
  for (int f = 0; f < clip.frames(); ++f) {
    joint_rotations(clip, f, q);
    Clip::set_quat(local, f, 0, clip.root_rot_at(f));
    for (int b = 1; b < clip.skeleton->body_count(); ++b) {
      const auto i = static_cast<size_t>(b);
      Clip::set_quat(local, f, b, clip.skeleton->bodies()[i].rest_rot * q[i]);
    }
  }
  out["local_rigid_body_rot"] = f4_array(to_xyzw(local), {frames, bodies, 4});
  return out;
}

}  // namespace

std::vector<std::byte> write_protomotions(std::span<const Clip> clips, const WriteOptions&) {
  const Clip& clip = only_clip(clips, "protomotions");
  const bool untouched = is_untouched(clip, "protomotions");
  if (!untouched) require_robot(clip, "protomotions");
  const std::map<std::string, Array> a = untouched ? clip.source.arrays : compute(clip);
  TorchWriter torch;
  PickleWriter& out = torch.pickle();
  out.open_dict();
  const auto conversion = clip.source.metadata.find(kConversion);
  if (untouched && conversion != clip.source.metadata.end()) {
    out.text(kConversion);
    out.name("protomotions.simulator.base_simulator.simulator_state", "StateConversion");
    out.open_tuple();
    out.text(conversion->second);
    out.close_tuple();
    out.call();
  }
  out.text("fps");
  write_rate(out, a.at("fps"), clip, false);
  const auto put = [&](const char* key) {
    if (!a.count(key)) return;
    out.text(key);
    torch.tensor(a.at(key));
  };
  put("dof_pos"), put("dof_vel");
  for (const BodyArray& b : kBodyArrays) put(b.key);
  out.close_dict();
  return torch.finish("motion");
}

}  // namespace motus::formats
