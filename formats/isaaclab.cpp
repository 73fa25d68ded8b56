#include "formats/isaaclab.h"

#include <algorithm>
#include <cmath>

#include "formats/amp_humanoid.h"
#include "formats/bytes.h"
#include "formats/clip_tools.h"
#include "formats/numpy/arrays.h"
#include "formats/numpy/npz.h"
#include "formats/robot_dofs.h"
#include "motion/kinematics.h"

namespace motus::formats {

namespace {

constexpr Kind kBad = Kind::bad_input;

/// The file's arrays, their shapes agreed.
struct Layout {
  std::map<std::string, Array> arrays;
  std::vector<std::string> dofs, bodies;
  int64_t frames = 0;

  Frames get(const std::string& name) const { return to_frames(arrays.at(name), name); }
  int body(std::string_view name) const {
    const auto it = std::find(bodies.begin(), bodies.end(), name);
    return it == bodies.end() ? -1 : static_cast<int>(it - bodies.begin());
  }
};

Layout load(Bytes bytes) {
  const Npz npz(bytes);
  Layout l;
  for (const std::string& name : npz.names()) {
    if (npz.header(name).descr == "|O") continue;  // pickled extras say nothing about the motion
    l.arrays[name] = npz.array(name);
  }
  for (const char* name :
       {"fps", "dof_names", "body_names", "dof_positions", "body_positions", "body_rotations"}) {
    require(l.arrays.count(name) > 0, kBad, "the npz has no '{}'", name);
  }
  l.dofs = to_strings(l.arrays["dof_names"], "dof_names");
  l.bodies = to_strings(l.arrays["body_names"], "body_names");
  const Array& pos = l.arrays["dof_positions"];
  l.frames = pos.shape.empty() ? 0 : pos.shape[0];
  require(l.frames > 0 && !l.bodies.empty(), kBad, "the npz holds no frames or no bodies");
  const auto d = static_cast<int64_t>(l.dofs.size()), b = static_cast<int64_t>(l.bodies.size());
  const auto want = [&](const char* name, std::vector<int64_t> shape) {
    const auto it = l.arrays.find(name);
    if (it == l.arrays.end()) return;
    require(it->second.shape == shape, kBad, "{} has shape {}, expected {}", name,
            shape_text(it->second.shape), shape_text(shape));
  };
  want("dof_positions", {l.frames, d});
  want("dof_velocities", {l.frames, d});
  want("body_positions", {l.frames, b, 3});
  want("body_rotations", {l.frames, b, 4});
  want("body_linear_velocities", {l.frames, b, 3});
  want("body_angular_velocities", {l.frames, b, 3});
  return l;
}

/// Offsets of the humanoid's bodies in their parents, as means over the frames.
std::vector<Vec3> measure_offsets(const Layout& l, const Frames& pos, const Frames& rot) {
  std::vector<Vec3> out;
  for (const AmpBody& b : amp_bodies()) {
    Vec3 sum = Vec3::Zero();
    if (b.parent >= 0) {
      const int child = l.body(b.name);
      const int parent = l.body(amp_bodies()[static_cast<size_t>(b.parent)].name);
      for (int f = 0; f < l.frames; ++f) {
        const Vec3 d = (pos.block<1, 3>(f, 3 * child) - pos.block<1, 3>(f, 3 * parent)).transpose();
        sum += Clip::quat_at(rot, f, parent).conjugate() * d;
      }
    }
    out.push_back(sum / static_cast<double>(l.frames));
  }
  return out;
}

/// The root's pose in every frame: as stored, else from the first body of the skeleton that is, by
/// the dofs between them (exports for discriminators hold a few key bodies only).
void place_root(Clip& clip, const Layout& l, const Frames& pos, const Frames& rot) {
  const std::vector<Body>& bodies = clip.skeleton->bodies();
  size_t body = 0;
  while (body < bodies.size() && l.body(bodies[body].name) < 0) ++body;
  int column = 0;
  if (body == bodies.size()) {
    clip.source.warnings.push_back(
        fmt::format("the file has no body of '{}': its first, '{}', taken as root",
                    clip.skeleton->name(), l.bodies[0]));
    body = 0;
  } else {
    column = l.body(bodies[body].name);
  }
  clip.root_pos = pos.middleCols(3 * column, 3);
  clip.root_rot = rot.middleCols(4 * column, 4);
  if (body == 0) return;
  clip.source.warnings.push_back(
      fmt::format("the file has no body '{}': the root is placed by '{}' and the dofs",
                  bodies[0].name, bodies[body].name));
  std::vector<Quat> joints;
  BodyPoses poses;
  for (int f = 0; f < clip.frames(); ++f) {
    joint_rotations(clip, f, joints);
    forward(*clip.skeleton, Vec3::Zero(), Quat::Identity(), joints, poses);
    const Quat root = clip.root_rot_at(f) * poses.rot[body].conjugate();
    clip.root_pos.row(f) -= (root * poses.pos[body]).transpose();
    Clip::set_quat(clip.root_rot, f, 0, root);
  }
}

void add_channel(Clip& clip, const Layout& l, const char* member, const char* name,
                 const char* units) {
  if (!l.arrays.count(member)) return;
  Channel& c = clip.channels[name];
  c.data = l.get(member);
  c.components = 3;
  c.names = l.bodies;
  c.units = units;
  c.frame = "world";
}

}  // namespace

Match sniff_isaaclab(Bytes bytes) {
  return npz_has(bytes, {"dof_positions", "body_rotations", "body_names"}) ? Match::yes : Match::no;
}

std::vector<Clip> read_isaaclab(Bytes bytes, const ReadOptions& options) {
  Layout l = load(bytes);
  Clip clip;
  Frames rot = l.get("body_rotations");
  if (options.quat_order == "xyzw") rot = from_xyzw(rot);
  normalise(rot, "body_rotations", clip.source);
  const Frames pos = l.get("body_positions");
  if (is_amp_humanoid(l.bodies) && options.skeleton.empty()) {
    clip.skeleton = amp_skeleton(measure_offsets(l, pos, rot));
  } else {
    clip.skeleton = robot_with(l.dofs, options, clip.source).skeleton;
  }
  clip.dof_pos = dofs_by_name(l.get("dof_positions"), l.dofs, *clip.skeleton, clip.source);
  place_root(clip, l, pos, rot);
  clip.fps = to_number(l.arrays["fps"], "fps");
  add_channel(clip, l, "body_linear_velocities", "body_lin_vel", "m/s");
  add_channel(clip, l, "body_angular_velocities", "body_ang_vel", "rad/s");
  finish_clip(clip, std::move(l.arrays));
  return {std::move(clip)};
}

}  // namespace motus::formats
