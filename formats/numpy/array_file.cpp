#include "formats/numpy/array_file.h"

#include "formats/bytes.h"
#include "formats/clip_tools.h"
#include "formats/mjcf.h"
#include "formats/numpy/arrays.h"
#include "formats/numpy/npz.h"
#include "formats/pickle/pickle.h"
#include "formats/points.h"
#include "formats/smpl_body.h"
#include "formats/smpl_motion.h"
#include "formats/units.h"

namespace motus::formats {

namespace {

constexpr Kind kBad = Kind::bad_input;
constexpr std::string_view kZip = "PK\3\4";

/// "a (122,) of '|b1'" or "joint_pos (500, 36), fps (1,)" for messages.
std::string describe(Bytes bytes) {
  if (!starts_with(bytes, kZip)) {
    const NpyHeader h = read_npy_header(bytes);
    return fmt::format("an array {} of '{}'", shape_text(h.shape), h.descr);
  }
  const Npz npz(bytes);
  std::string out;
  for (const std::string& n : npz.names()) {
    if (out.size() > 300) return out + " ...";
    out += (out.empty() ? "" : ", ") + n + " " + shape_text(npz.header(n).shape);
  }
  return out.empty() ? "a zip archive without npy members" : "the arrays " + out;
}

/// The array that --kind names: the npy itself, "kind:member", a member called like the kind, or
/// the only numeric member.
Array pick(Bytes bytes, const std::string& kind, const std::string& member) {
  if (!starts_with(bytes, kZip)) return read_npy(bytes);
  const Npz npz(bytes);
  if (!member.empty()) {
    require(npz.has(member), Kind::usage, "--kind names member '{}', the file holds {}", member,
            describe(bytes));
    return npz.array(member);
  }
  if (npz.has(kind)) return npz.array(kind);
  const std::vector<std::string> names = npz.names();
  if (names.size() != 1) {
    throw Error(Kind::usage, fmt::format("the file holds {}", describe(bytes)),
                fmt::format("say which one is meant with --kind {}:MEMBER", kind));
  }
  return npz.array(names[0]);
}

constexpr const char* kKinds =
    "say --kind qpos (root position, root rotation, dofs), dof_pos, expmap (MimicKit's frames), "
    "keypoints or smpl, with --skeleton and --fps";

SkeletonPtr robot_of(const std::string& kind, const ReadOptions& options) {
  if (options.skeleton.empty()) {
    throw Error(Kind::usage, fmt::format("--kind {} needs a robot", kind),
                "name it with --skeleton");
  }
  return load_robot(options.skeleton).skeleton;
}

/// Metres per unit of a bare array, which cannot say so itself; `about` hears of it.
double metres_of(const ReadOptions& options, Source& about) {
  if (options.units.empty()) return 1;
  const double metres = metres_per_unit(options.units);
  if (metres != 1) about.conversions.push_back(options.units.word() + " to m");
  return metres;
}

/// The rows of a robot's kinds: `root` columns, then its dofs.
Clip robot_rows(const Array& raw, const std::string& kind, const ReadOptions& options) {
  Clip clip;
  require(raw.shape.size() == 2 && raw.shape[0] > 0, kBad,
          "{} needs an array (frames, columns), found {}", kind, shape_text(raw.shape));
  clip.skeleton = robot_of(kind, options);
  if (options.up_axis == "y") {
    throw Error(Kind::usage,
                fmt::format("--up-axis y: {} is read with z up, as robots have it", kind),
                "turn it before it is saved");
  }
  const int root = kind == "qpos" ? 7 : kind == "expmap" ? 6 : 0;
  const int dofs = clip.skeleton->dof_count();
  require(raw.shape[1] == root + dofs, kBad, "{} columns; '{}' needs {}{} dofs", raw.shape[1],
          clip.skeleton->name(), root ? fmt::format("{} + ", root) : "", dofs);
  const Frames v = to_frames(raw, kind);
  clip.dof_pos = v.rightCols(dofs);
  clip.root_pos = Frames::Zero(v.rows(), 3);
  clip.root_rot = Frames::Zero(v.rows(), 4);
  clip.root_rot.col(0).setOnes();
  if (root == 0) return clip;
  clip.root_pos = metres_of(options, clip.source) * v.leftCols(3);
  if (kind == "expmap") {
    for (int f = 0; f < clip.frames(); ++f) {
      Clip::set_quat(clip.root_rot, f, 0, exp_map(v.block<1, 3>(f, 3).transpose()));
    }
    return clip;
  }
  const Frames rot = v.middleCols(3, 4);
  if (options.quat_order.empty()) {
    clip.source.warnings.push_back(
        "the root's quaternion is read as w x y z, MuJoCo's order; "
        "say --quat-order xyzw if it is not");
  }
  clip.root_rot = options.quat_order == "xyzw" ? from_xyzw(rot) : rot;
  normalise(clip.root_rot, "root rotation", clip.source);
  return clip;
}

/// The figure that has `count` points.
PointTree tree_of(int64_t count, const ReadOptions& options) {
  if (options.skeleton.empty()) {
    if (is_smpl_joint_count(static_cast<int>(count))) return smpl_tree(static_cast<int>(count));
    throw Error(
        Kind::usage,
        fmt::format("{} key points are of no known figure (SMPL's have 22, 24, 52 or 55)", count),
        "name a model with as many bodies with --skeleton");
  }
  const SkeletonPtr s = load_robot(options.skeleton).skeleton;
  require(s->body_count() == count, kBad, "{} key points; '{}' has {} bodies", count, s->name(),
          s->body_count());
  PointTree tree;
  tree.name = s->name() + "_points";
  for (const Body& b : s->bodies()) {
    tree.names.push_back(b.name);
    tree.parents.push_back(b.parent);
  }
  for (const auto& [role, body] : s->roles()) {
    tree.roles[role] = s->bodies()[static_cast<size_t>(body)].name;
  }
  return tree;
}

Clip point_rows(const Array& raw, const ReadOptions& options) {
  const bool fits = raw.shape.size() == 3 && raw.shape[0] > 0 && raw.shape[2] == 3;
  require(fits, kBad, "keypoints needs an array (frames, points, 3), found {}",
          shape_text(raw.shape));
  Source about;
  Frames points = metres_of(options, about) * to_frames(raw, "keypoints");
  if (options.up_axis == "y") {  // SMPL's axes: (x, y, z) -> (z, x, y)
    for (Eigen::Index i = 0; i < points.cols(); i += 3) {
      const Frames given = points.middleCols(i, 3);
      points.middleCols(i, 3) << given.col(2), given.col(0), given.col(1);
    }
  }
  Clip clip = clip_from_points(tree_of(raw.shape[1], options), points, 30);
  clip.source.conversions = std::move(about.conversions);
  if (options.up_axis.empty()) {
    clip.source.warnings.emplace_back("key points are read with z up; say --up-axis y if not");
  } else if (options.up_axis == "y") {
    clip.source.conversions.emplace_back("y up to z up");
  }
  return clip;
}

Clip smpl_rows(const Array& raw, const ReadOptions& options) {
  require(raw.shape.size() == 2 && raw.shape[0] > 0, kBad,
          "smpl needs an array (frames, 3 x joints), found {}", shape_text(raw.shape));
  SmplPoses poses;
  poses.pose = to_frames(raw, "smpl");
  poses.trans = Frames::Zero(poses.pose.rows(), 3);
  poses.y_up = options.up_axis.empty() ? stands_along_y(poses) : options.up_axis == "y";
  return clip_from_smpl(poses);
}

}  // namespace

Match sniff_array(Bytes bytes) {
  return starts_with(bytes, "\x93NUMPY") || starts_with(bytes, kZip) ? Match::maybe : Match::no;
}

std::vector<Clip> read_array(Bytes bytes, const ReadOptions& options) {
  if (!starts_with(bytes, kZip)) {
    const NpyHeader h = read_npy_header(bytes);
    require(h.descr != "|O", kBad, "the npy file holds {}, which is no motion that is read",
            describe_pickle(bytes.subspan(h.data)));
  }
  const std::string& given = options.kind;
  const size_t colon = given.find(':');
  const std::string kind = given.substr(0, colon);
  const std::string member = colon == std::string::npos ? "" : given.substr(colon + 1);
  const bool robot = kind == "qpos" || kind == "dof_pos" || kind == "expmap";
  if (!robot && kind != "keypoints" && kind != "smpl") {
    const std::string what = describe(bytes);
    throw Error(kind.empty() ? kBad : Kind::usage,
                kind.empty()
                    ? fmt::format("{}: numbers that do not say what they are", what)
                    : fmt::format("--kind '{}' is not known, the file holds {}", kind, what),
                kKinds);
  }
  const Array raw = pick(bytes, kind, member);
  Clip clip = robot                 ? robot_rows(raw, kind, options)
              : kind == "keypoints" ? point_rows(raw, options)
                                    : smpl_rows(raw, options);
  guess_fps(clip, options);
  clip.source.variant = kind;
  finish_clip(clip, {{kind, raw}});
  return {std::move(clip)};
}

}  // namespace motus::formats
