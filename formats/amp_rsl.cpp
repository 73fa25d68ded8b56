#include "formats/amp_rsl.h"

#include <cmath>

#include "formats/array_dict.h"
#include "formats/bytes.h"
#include "formats/clip_tools.h"
#include "formats/numpy/arrays.h"
#include "formats/numpy/npy.h"
#include "formats/pickle/pickle_writer.h"
#include "formats/robot_dofs.h"

namespace motus::formats {

namespace {

constexpr Kind kBad = Kind::bad_input;

/// What one dialect calls things.
struct Dialect {
  const char* name;
  const char *pos, *rot, *dofs, *order;  ///< order: of the quaternion, "" = not said
};

constexpr Dialect kDialects[] = {
    {"amp_rsl", "root_position", "root_quaternion", "joint_positions", "xyzw"},
    {"base_w", "base_pos_w", "base_quat_w", "joint_pos", "wxyz"},
    {"root_rot", "root_pos", "root_rot", "dof_pos", ""},
    {"root_quat", "root_pos", "root_quat", "dof_pos", ""},
    {"root_quat", "root_pos", "root_quat", "joint_pos", ""},
    {"base_orientation", "base_position", "base_orientation", "joint_angles", ""},
};

/// The order in which the robot stands upright more: on a mostly upright robot x and y are the two
/// small components. Lying and climbing clips fool it, so it is reported.
std::string upright_order(const Frames& rot, Source& source) {
  const Eigen::RowVector4d size = rot.cwiseAbs().colwise().mean();
  const bool xyzw = size(0) + size(1) < size(1) + size(2);
  source.warnings.push_back(fmt::format(
      "the root's quaternion is read as {}, in which the robot stands more upright; say "
      "it with --quat-order",
      xyzw ? "x y z w" : "w x y z"));
  return xyzw ? "xyzw" : "wxyz";
}

const Dialect* dialect_of(Bytes bytes) {
  for (const Dialect& d : kDialects) {
    if (array_dict_has(bytes, {d.pos, d.rot, d.dofs})) return &d;
  }
  return nullptr;
}

std::vector<std::string> joint_names(const ArrayDict& file) {
  const std::string name = file.first_of({"joints_list", "joint_names", "dof_names"});
  return name.empty() ? std::vector<std::string>() : to_strings(file.at(name), name);
}

}  // namespace

Match sniff_amp_rsl(Bytes bytes) {
  // of dicts within an npy only amp-rsl-rl's: see object_array.h
  const Dialect* d = dialect_of(bytes);
  const bool npy = starts_with(bytes, "\x93NUMPY") && d == &kDialects[0];
  return d && (npy || starts_with(bytes, "PK\3\4")) ? Match::yes : Match::no;
}

std::vector<Clip> read_amp_rsl(Bytes bytes, const ReadOptions& options) {
  const Dialect* d = dialect_of(bytes);
  require(d != nullptr, kBad, "has no root position, root rotation and dofs by known names");
  ArrayDict file(bytes);
  const Frames dofs = to_frames(file.at(d->dofs, {-1, -1}), d->dofs);
  require(dofs.rows() > 0, kBad, "holds no frames");
  Clip clip;
  clip.root_pos = to_frames(file.at(d->pos, {dofs.rows(), 3}), d->pos);
  const Frames rot = to_frames(file.at(d->rot, {dofs.rows(), 4}), d->rot);
  Source& s = clip.source;
  const std::string order = !options.quat_order.empty() ? options.quat_order.word()
                            : d->order[0]               ? std::string(d->order)
                                                        : upright_order(rot, s);
  clip.root_rot = order == "xyzw" ? from_xyzw(rot) : rot;
  normalise(clip.root_rot, d->rot, s);
  const std::vector<std::string> names = joint_names(file);
  if (names.empty()) {
    if (options.skeleton.empty() && dofs.cols() != 29) {
      throw Error(kBad, fmt::format("{} dofs of a robot that the file does not name", dofs.cols()),
                  "give its model with --skeleton");
    }
    clip.skeleton = robot_for(options, "g1", fmt::format("{} dofs", dofs.cols()), s).skeleton;
    require(clip.skeleton->dof_count() == dofs.cols(), kBad, "{} has {} columns, '{}' has {} dofs",
            d->dofs, dofs.cols(), clip.skeleton->name(), clip.skeleton->dof_count());
    clip.dof_pos = dofs;
  } else {
    clip.skeleton = robot_with(names, options, s).skeleton;
    clip.dof_pos = dofs_by_name(dofs, names, *clip.skeleton, s);
  }
  const std::string rate = file.first_of({"fps", "frequency", "frame_rate"});
  if (rate.empty()) {
    guess_fps(clip, options);
  } else {
    clip.fps = to_number(file.at(rate), rate);
  }
  s.variant = d->name;
  s.metadata["quat_order"] = order;
  finish_clip(clip, std::move(file.arrays));
  return {std::move(clip)};
}

namespace {

std::map<std::string, Array> compute(const Clip& clip) {
  std::map<std::string, Array> a;
  std::vector<std::string> names;
  for (const Dof& d : clip.skeleton->dofs()) names.push_back(d.name);
  a["joints_list"] = string_array(names);
  a["joint_positions"] = f8_array(clip.dof_pos);
  a["root_position"] = f8_array(clip.root_pos);
  a["root_quaternion"] = f8_array(to_xyzw(clip.root_rot));
  a["fps"] = scalar_f8(clip.fps);
  return a;
}

/// A list with one array a frame, as the loader documents it.
void put_rows(PickleWriter& out, const Array& a) {
  const size_t rows = static_cast<size_t>(a.shape[0]);
  const size_t size = rows ? a.data.size() / rows : 0;
  out.open_list();
  for (size_t r = 0; r < rows; ++r) {
    const auto from = a.data.begin() + static_cast<ptrdiff_t>(r * size);
    out.array({.descr = a.descr,
               .shape = {a.shape[1]},
               .data = {from, from + static_cast<ptrdiff_t>(size)}});
  }
  out.close_list();
}

}  // namespace

std::vector<std::byte> write_amp_rsl(std::span<const Clip> clips, const WriteOptions&) {
  const Clip& clip = only_clip(clips, "amp_rsl");
  const bool untouched = clip.source.variant == "amp_rsl" && is_untouched(clip, "amp_rsl");
  if (!untouched) require_robot(clip, "amp_rsl");
  const std::map<std::string, Array> a = untouched ? clip.source.arrays : compute(clip);
  PickleWriter out;
  out.open_object();
  out.open_dict();
  out.text("joints_list");
  out.strings(to_strings(a.at("joints_list"), "joints_list"));
  for (const char* key : {"joint_positions", "root_position", "root_quaternion"}) {
    out.text(key);
    put_rows(out, a.at(key));
  }
  out.text("fps");
  write_rate(out, a.at("fps"), clip, untouched);
  out.close_dict();
  out.close_object();
  std::vector<std::byte> file = write_npy_header({.descr = "|O", .shape = {}});
  const std::vector<std::byte> pickle = out.finish();
  file.insert(file.end(), pickle.begin(), pickle.end());
  return file;
}

}  // namespace motus::formats
