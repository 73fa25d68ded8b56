#include "formats/isaaclab.h"

#include <algorithm>
#include <cmath>

#include "formats/amp_humanoid.h"
#include "formats/bytes.h"
#include "formats/clip_tools.h"
#include "formats/mjcf.h"
#include "formats/numpy/arrays.h"
#include "formats/numpy/npz.h"

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

/// dof_pos of `s` from the file's columns by name.
Frames dofs_by_name(const Layout& l, const Skeleton& s, Source& source) {
  const Frames stored = l.get("dof_positions");
  Frames out = Frames::Zero(l.frames, s.dof_count());
  std::string missing;
  int found = 0;
  for (int i = 0; i < s.dof_count(); ++i) {
    const std::string& name = s.dofs()[static_cast<size_t>(i)].name;
    const auto it = std::find(l.dofs.begin(), l.dofs.end(), name);
    if (it == l.dofs.end()) {
      missing += (missing.empty() ? "" : ", ") + name;
      continue;
    }
    out.col(i) = stored.col(it - l.dofs.begin());
    ++found;
  }
  if (2 * found < s.dof_count() || found == 0) {
    throw Error(kBad,
                fmt::format("{} of the {} dofs of '{}' are in the file (it has {} ...)", found,
                            s.dof_count(), s.name(), l.dofs.empty() ? "none" : l.dofs[0]),
                "name the right robot with --skeleton");
  }
  if (!missing.empty()) source.warnings.push_back("dofs not in the file, held at 0: " + missing);
  return out;
}

/// Column of the root: the skeleton's root by name, else the first body with a warning.
int root_body(const Layout& l, const Skeleton& s, Source& source) {
  const int i = l.body(s.bodies()[0].name);
  if (i >= 0) return i;
  source.warnings.push_back(fmt::format("the file has no body '{}': its first, '{}', taken as root",
                                        s.bodies()[0].name, l.bodies[0]));
  return 0;
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
  } else if (options.skeleton.empty() && l.dofs.size() != 29) {
    throw Error(kBad,
                fmt::format("{} bodies and {} dofs of a robot that is not known here",
                            l.bodies.size(), l.dofs.size()),
                "give its model with --skeleton");
  } else {
    clip.skeleton = robot_for(options, "g1", "29 dofs", clip.source).skeleton;
  }
  clip.dof_pos = dofs_by_name(l, *clip.skeleton, clip.source);
  const int root = root_body(l, *clip.skeleton, clip.source);
  clip.root_pos = pos.middleCols(3 * root, 3);
  clip.root_rot = rot.middleCols(4 * root, 4);
  clip.fps = to_number(l.arrays["fps"], "fps");
  add_channel(clip, l, "body_linear_velocities", "body_lin_vel", "m/s");
  add_channel(clip, l, "body_angular_velocities", "body_ang_vel", "rad/s");
  finish_clip(clip, std::move(l.arrays));
  return {std::move(clip)};
}

}  // namespace motus::formats
