#include "formats/numpy/array_file.h"

#include "formats/bytes.h"
#include "formats/clip_tools.h"
#include "formats/mjcf.h"
#include "formats/numpy/arrays.h"
#include "formats/numpy/npz.h"
#include "formats/pickle/pickle.h"

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
  const size_t colon = options.kind.find(':');
  const std::string kind = options.kind.substr(0, colon);
  const std::string member = colon == std::string::npos ? "" : options.kind.substr(colon + 1);
  if (kind != "qpos" && kind != "dof_pos") {
    const std::string what = describe(bytes);
    throw Error(kind.empty() ? kBad : Kind::usage,
                kind.empty()
                    ? fmt::format("{}: numbers that do not say what they are", what)
                    : fmt::format("--kind '{}' is not known, the file holds {}", kind, what),
                "say --kind qpos (root position, root rotation, dofs) or --kind dof_pos, with "
                "--skeleton and --fps");
  }
  const Array raw = pick(bytes, kind, member);
  require(raw.shape.size() == 2 && raw.shape[0] > 0, kBad,
          "{} needs an array (frames, columns), found {}", kind, shape_text(raw.shape));
  if (options.skeleton.empty()) {
    throw Error(Kind::usage, fmt::format("--kind {} needs a robot", kind),
                "name it with --skeleton");
  }
  Clip clip;
  clip.skeleton = load_robot(options.skeleton).skeleton;
  const int root = kind == "qpos" ? 7 : 0, dofs = clip.skeleton->dof_count();
  require(raw.shape[1] == root + dofs, kBad, "{} columns; '{}' needs {}{} dofs", raw.shape[1],
          clip.skeleton->name(), root ? "7 + " : "", dofs);
  const Frames v = to_frames(raw, kind);
  clip.dof_pos = v.rightCols(dofs);
  clip.root_pos = Frames::Zero(v.rows(), 3);
  clip.root_rot = Frames::Zero(v.rows(), 4);
  clip.root_rot.col(0).setOnes();
  if (root > 0) {
    clip.root_pos = v.leftCols(3);
    const Frames rot = v.middleCols(3, 4);
    if (options.quat_order.empty()) {
      clip.source.warnings.push_back(
          "the root's quaternion is read as w x y z, MuJoCo's order; "
          "say --quat-order xyzw if it is not");
    }
    clip.root_rot = options.quat_order == "xyzw" ? from_xyzw(rot) : rot;
    normalise(clip.root_rot, "root rotation", clip.source);
  }
  guess_fps(clip, options);
  clip.source.variant = kind;
  finish_clip(clip, {{kind, raw}});
  return {std::move(clip)};
}

}  // namespace motus::formats
