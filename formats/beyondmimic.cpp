#include "formats/beyondmimic.h"

#include <algorithm>

#include "formats/body_order.h"
#include "formats/clip_tools.h"
#include "formats/numpy/arrays.h"
#include "formats/numpy/npz.h"
#include "formats/robot_dofs.h"
#include "motion/error.h"

namespace motus::formats {

namespace {

constexpr Kind kBad = Kind::bad_input;
constexpr double kFar =
    0.05;  // m; kinematics and stored bodies of the same robot agree to rounding

constexpr std::pair<const char*, const char*> kObjects[] = {{"object_pos_w", "object_pos"},
                                                            {"object_quat_w", "object_rot"},
                                                            {"object_lin_vel_w", "object_lin_vel"},
                                                            {"object_ang_vel_w", "object_ang_vel"}};

struct File {
  std::map<std::string, Array> arrays;
  int64_t frames = 0, bodies = 0, dofs = 0;
  bool root_within = false;  ///< joint_pos begins with the root's pose (holosoma)
  std::vector<std::string> joint_names, body_names;

  Frames get(const std::string& name) const { return to_frames(arrays.at(name), name); }
  bool has(const std::string& name) const { return arrays.contains(name); }
};

File load(Bytes bytes) {
  const Npz npz(bytes);
  File f;
  for (const std::string& name : npz.names()) {
    if (npz.header(name).descr != "|O") f.arrays[name] = npz.array(name);
  }
  for (const char* name : {"fps", "joint_pos", "body_pos_w", "body_quat_w"}) {
    require(f.has(name), kBad, "the npz has no '{}'", name);
  }
  const std::vector<int64_t>& body = f.arrays["body_pos_w"].shape;
  require(body.size() == 3 && body[0] > 0 && body[1] > 0 && body[2] == 3, kBad,
          "body_pos_w has shape {}, expected (frames, bodies, 3)", shape_text(body));
  f.frames = body[0], f.bodies = body[1];
  const auto want = [&](const char* name, const std::vector<int64_t>& shape) {
    if (!f.has(name)) return;
    require(f.arrays[name].shape == shape, kBad, "{} has shape {}, expected {}", name,
            shape_text(f.arrays[name].shape), shape_text(shape));
  };
  want("body_quat_w", {f.frames, f.bodies, 4});
  want("body_lin_vel_w", {f.frames, f.bodies, 3});
  want("body_ang_vel_w", {f.frames, f.bodies, 3});
  const auto columns = [&](const char* name) {
    const std::vector<int64_t>& s = f.arrays[name].shape;
    require(s.size() == 2 && s[0] == f.frames, kBad, "{} has shape {}, expected ({}, any)", name,
            shape_text(s), f.frames);
    return s[1];
  };
  const int64_t pos = columns("joint_pos"), vel = f.has("joint_vel") ? columns("joint_vel") : pos;
  require(vel == pos || vel == pos - 1, kBad,
          "joint_pos has {} columns and joint_vel {}: neither dofs alone nor a root with them", pos,
          vel);
  if (f.has("joint_names")) {
    f.joint_names = to_strings(f.arrays["joint_names"], "joint_names");
    const auto named = static_cast<int64_t>(f.joint_names.size());
    require(pos == named || pos == named + 7, kBad, "joint_pos has {} columns for {} joint_names",
            pos, named);
    f.root_within = pos != named;
  } else {
    f.root_within = vel != pos;
  }
  f.dofs = pos - (f.root_within ? 7 : 0);
  require(f.dofs > 0, kBad, "joint_pos has {} columns", pos);
  if (f.has("body_names")) {
    f.body_names = to_strings(f.arrays["body_names"], "body_names");
    require(static_cast<int64_t>(f.body_names.size()) == f.bodies, kBad, "{} body_names, {} bodies",
            f.body_names.size(), f.bodies);
  }
  return f;
}

/// The column of the root: by name, or the first that is not the world's.
int root_column(const File& f, const Skeleton& s) {
  const auto it = std::find(f.body_names.begin(), f.body_names.end(), s.bodies()[0].name);
  if (it != f.body_names.end()) return static_cast<int>(it - f.body_names.begin());
  return !f.body_names.empty() && f.body_names[0] == "world" && f.bodies > 1 ? 1 : 0;
}

std::string order_text(TreeOrder order) {
  return order == TreeOrder::depth ? "depth-first (MuJoCo's)" : "breadth-first (PhysX's)";
}

/// Puts columns without names where the skeleton has them, and says how that was decided.
Frames ordered_dofs(const File& f, const Frames& dofs, const Frames& pos, const Frames& rot,
                    const Skeleton& s, const ReadOptions& options, Source& source) {
  ColumnOrder found;
  if (!options.kind.empty()) {
    require(options.kind == "depth" || options.kind == "breadth", Kind::usage,
            "--kind '{}' is not known for this file: depth or breadth, the order of its bodies",
            options.kind.word());
    found.dofs = options.kind == "depth" ? TreeOrder::depth : TreeOrder::breadth;
  } else {
    found = find_order(s, dofs, pos, rot);
    if (found.error > kFar) {
      throw Error(
          kBad,
          fmt::format("no order of the {} dofs and {} bodies fits '{}': the bodies stored "
                      "are {:.3f} m from where its joints put them",
                      f.dofs, f.bodies, s.name(), found.error),
          "name the right robot with --skeleton, or say the order with --kind depth|breadth");
    }
    source.warnings.push_back(fmt::format(
        "the file names no joints: dofs are {} and bodies {}{}, for which kinematics agrees to "
        "{:.2g} m (any other order: {:.2g} m)",
        order_text(found.dofs), order_text(found.bodies),
        found.movable ? ", without those that have no joint" : "", found.error, found.next));
    source.metadata["body_order"] = kTreeOrders[static_cast<int>(found.bodies)];
  }
  source.metadata["dof_order"] = kTreeOrders[static_cast<int>(found.dofs)];
  const std::vector<int> dof_of = dofs_in_order(s, found.dofs);
  Frames out(dofs.rows(), dofs.cols());
  for (size_t i = 0; i < dof_of.size(); ++i) {
    out.col(dof_of[i]) = dofs.col(static_cast<Eigen::Index>(i));
  }
  return out;
}

void add_channel(Clip& clip, const File& f, const char* member, const char* name, int components,
                 const char* units, const std::vector<std::string>& names) {
  if (!f.has(member)) return;
  const Array& a = f.arrays.at(member);
  require(!a.shape.empty() && a.shape[0] == f.frames && a.size() % components == 0, kBad,
          "{} has shape {}, expected one row a frame of {}", member, shape_text(a.shape), f.frames);
  clip.channels[name] = {.data = to_frames(a, member),
                         .components = components,
                         .names = names,
                         .units = units,
                         .frame = "world"};
}

}  // namespace

Match sniff_beyondmimic(Bytes bytes) {
  return npz_has(bytes, {"joint_pos", "body_pos_w", "body_quat_w"}) ? Match::yes : Match::no;
}

std::vector<Clip> read_beyondmimic(Bytes bytes, const ReadOptions& options) {
  File f = load(bytes);
  Clip clip;
  Source& s = clip.source;
  const Frames joint_pos = f.get("joint_pos"), pos = f.get("body_pos_w");
  Frames rot = f.get("body_quat_w");
  if (options.quat_order == "xyzw") rot = from_xyzw(rot);
  normalise(rot, "body_quat_w", s);
  const Frames dofs = joint_pos.rightCols(f.dofs);
  if (f.joint_names.empty()) {
    if (options.skeleton.empty() && f.dofs != 29) {
      throw Error(kBad, fmt::format("{} dofs of a robot that the file does not name", f.dofs),
                  "give its model with --skeleton");
    }
    clip.skeleton = robot_for(options, "g1", "29 dofs", s).skeleton;
    require(clip.skeleton->dof_count() == f.dofs, kBad, "joint_pos has {} dofs, '{}' has {}",
            f.dofs, clip.skeleton->name(), clip.skeleton->dof_count());
    clip.dof_pos = ordered_dofs(f, dofs, pos, rot, *clip.skeleton, options, s);
  } else {
    clip.skeleton = robot_with(f.joint_names, options, s).skeleton;
    clip.dof_pos = dofs_by_name(dofs, f.joint_names, *clip.skeleton, s);
  }
  if (f.root_within) {
    clip.root_pos = joint_pos.leftCols(3);
    clip.root_rot = joint_pos.middleCols(3, 4);
    normalise(clip.root_rot, "joint_pos[:, 3:7]", s);
  } else {
    const int root = root_column(f, *clip.skeleton);
    clip.root_pos = pos.middleCols(3 * root, 3);
    clip.root_rot = rot.middleCols(4 * root, 4);
  }
  clip.fps = to_number(f.arrays["fps"], "fps");
  s.variant = f.root_within ? "holosoma" : "beyondmimic";
  add_channel(clip, f, "body_lin_vel_w", "body_lin_vel", 3, "m/s", f.body_names);
  add_channel(clip, f, "body_ang_vel_w", "body_ang_vel", 3, "rad/s", f.body_names);
  for (const auto& [member, name] : kObjects) {
    const bool quat = std::string_view(name) == "object_rot";
    const char* units = quat                                         ? "1"
                        : std::string_view(name) == "object_pos"     ? "m"
                        : std::string_view(name) == "object_lin_vel" ? "m/s"
                                                                     : "rad/s";
    add_channel(clip, f, member, name, quat ? 4 : 3, units, {});
  }
  finish_clip(clip, std::move(f.arrays));
  return {std::move(clip)};
}

}  // namespace motus::formats
