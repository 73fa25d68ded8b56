#include "formats/phc.h"

#include <set>

#include "formats/bytes.h"
#include "formats/clip_tools.h"
#include "formats/mjcf.h"
#include "formats/numpy/arrays.h"
#include "formats/pickle/pickle.h"
#include "formats/robot_guess.h"
#include "motion/kinematics.h"

namespace motus::formats {

namespace {

constexpr Kind kBad = Kind::bad_input;
constexpr double kSameRotation = 0.9999;

bool is_entry(const Value& v) {
  return v.find("root_trans_offset") && v.find("pose_aa");
}

/// Every number and array of the entry as it lies in the file, with what a writer must know of it
/// besides: the order of keys, and which arrays had their columns first.
std::map<std::string, Array> keep_arrays(const Value& entry, Source& source) {
  std::map<std::string, Array> out;
  std::string keys, columns_first;
  for (const auto& [k, v] : entry.raw_dict().entries) {
    if (!k.is(ValueKind::text) || k.raw_string() == "fps") continue;
    const std::string& key = k.raw_string();
    require(key.find(' ') == std::string::npos, kBad, "a key '{}' with a blank", key.substr(0, 40));
    if (v.is(ValueKind::text)) {
      source.metadata[key] = v.raw_string();
    } else if (v.is(ValueKind::array) && !v.raw_array().objects) {
      out[key] = v.raw_array().array;
      if (v.raw_array().fortran && out[key].shape.size() > 1) columns_first += key + " ";
    } else {
      continue;
    }
    keys += key + " ";
  }
  source.metadata["keys"] = keys;
  if (!columns_first.empty()) source.metadata["columns_first"] = columns_first;
  return out;
}

/// (T, ...) as T rows.
Frames rows(const Value& entry, const char* key, int64_t frames) {
  const Array a = numeric_array(entry.at(key, "the clip"), key);
  require(!a.shape.empty() && a.shape[0] > 0 && (frames < 0 || a.shape[0] == frames), kBad,
          "{} has shape {}, expected {} frames", key, shape_text(a.shape), frames);
  return to_frames(a, key);
}

/// Warns where the two ways in which the file tells the root's rotation differ.
void compare_roots(const Frames& pose, Clip& clip) {
  for (int f = 0; f < clip.frames(); ++f) {
    const Quat q = exp_map(pose.block<1, 3>(f, 0).transpose());
    if (std::abs(q.dot(clip.root_rot_at(f))) >= kSameRotation) continue;
    clip.source.warnings.push_back(fmt::format(
        "frame {}: root_rot and the root of pose_aa differ by {:.3f} rad; root_rot was taken", f,
        q.angularDistance(clip.root_rot_at(f))));
    return;
  }
}

/// The axis of each hinge, from the frame where it is turned furthest; x where it never turns.
std::vector<Vec3> axes_of(const Frames& pose, const Frames& dofs) {
  std::vector<Vec3> out;
  for (Eigen::Index d = 0; d < dofs.cols() && 3 * d + 6 <= pose.cols(); ++d) {
    Eigen::Index f = 0;
    const double angle = dofs.col(d).cwiseAbs().maxCoeff(&f);
    const Vec3 turn = pose.block<1, 3>(f, 3 * (d + 1)).transpose();
    out.push_back(angle > 1e-4 && turn.norm() > 1e-4 ? Vec3((turn / dofs(f, d)).normalized())
                                                     : Vec3(Vec3::UnitX()));
  }
  return out;
}

/// Warns where pose_aa turns about other axes than the robot's.
void compare_axes(const std::vector<Vec3>& axes, const Frames& dofs, Clip& clip) {
  for (const Joint& j : clip.skeleton->joints()) {
    const auto d = static_cast<size_t>(j.dof);
    if (j.type != JointType::hinge || d >= axes.size() || dofs.col(j.dof).isZero(1e-4)) continue;
    if (axes[d].dot(j.axis) > kSameRotation) continue;
    clip.source.warnings.push_back(fmt::format(
        "pose_aa turns dof {} about ({:.2f}, {:.2f}, {:.2f}), '{}' of '{}' turns about ({:.2f}, "
        "{:.2f}, {:.2f}): is --skeleton right?",
        d, axes[d].x(), axes[d].y(), axes[d].z(), j.name, clip.skeleton->name(), j.axis.x(),
        j.axis.y(), j.axis.z()));
    return;
  }
}

void read_robot(const Value& entry, const ReadOptions& options, Clip& clip) {
  const Frames dofs = rows(entry, "dof", clip.frames());
  const Frames pose = rows(entry, "pose_aa", clip.frames());
  const std::vector<Vec3> axes = axes_of(pose, dofs);
  clip.skeleton = skeleton_for_dofs(dofs.cols(), {}, options, clip.source, axes);
  clip.dof_pos = dofs;
  if (entry.find("root_rot")) {
    const Frames rot = rows(entry, "root_rot", clip.frames());
    require(rot.cols() == 4, kBad, "root_rot has {} columns, expected 4", rot.cols());
    clip.root_rot = options.quat_order == "wxyz" ? rot : from_xyzw(rot);
    normalise(clip.root_rot, "root_rot", clip.source);
    compare_roots(pose, clip);
  } else {
    clip.root_rot.resize(clip.frames(), 4);
    for (int f = 0; f < clip.frames(); ++f) {
      Clip::set_quat(clip.root_rot, f, 0, exp_map(pose.block<1, 3>(f, 0).transpose()));
    }
  }
  compare_axes(axes, dofs, clip);
}

/// PHC's SMPL: local rotations x y z w in the order of the MJCF, the body turned upright already.
void read_smpl(const Value& entry, const ReadOptions& options, Clip& clip) {
  clip.skeleton = load_robot(options.skeleton.empty() ? "smpl" : options.skeleton.word()).skeleton;
  const Skeleton& s = *clip.skeleton;
  Frames rot = from_xyzw(rows(entry, "pose_quat", clip.frames()));
  require(rot.cols() == 4 * s.body_count(), kBad, "pose_quat has {} bodies, '{}' has {}",
          rot.cols() / 4, s.name(), s.body_count());
  normalise(rot, "pose_quat", clip.source);
  clip.root_rot = rot.leftCols(4);
  clip.dof_pos.resize(clip.frames(), s.dof_count());
  std::vector<Quat> q(static_cast<size_t>(s.body_count()));
  for (int f = 0; f < clip.frames(); ++f) {
    for (int b = 0; b < s.body_count(); ++b) q[static_cast<size_t>(b)] = Clip::quat_at(rot, f, b);
    dofs_from_rotations(s, q, clip.dof_pos.row(f).data());
  }
  clip.source.variant = "smpl";
}

Clip read_entry(const std::string& name, const Value& entry, const ReadOptions& options) {
  Clip clip;
  clip.name = name;
  std::map<std::string, Array> arrays = keep_arrays(entry, clip.source);
  clip.root_pos = rows(entry, "root_trans_offset", -1);
  require(clip.root_pos.cols() == 3, kBad, "root_trans_offset has {} columns, expected 3",
          clip.root_pos.cols());
  if (entry.find("dof")) {
    read_robot(entry, options, clip);
  } else if (entry.find("pose_quat")) {
    read_smpl(entry, options, clip);
  } else {
    throw_error(kBad, "has neither 'dof' (a robot) nor 'pose_quat' (SMPL) beside 'pose_aa'");
  }
  if (const Value* mask = entry.find("contact_mask"); mask && !mask->is_none()) {
    Channel& c = clip.channels["contact_mask"];
    c.data = rows(entry, "contact_mask", clip.frames());
    c.units = "1";
  }
  arrays["fps"] = read_rate(entry.at("fps", "the clip"), clip);
  finish_clip(clip, std::move(arrays));
  return clip;
}

}  // namespace

Match sniff_phc(Bytes bytes) {
  if (!looks_like_pickle(bytes)) return Match::no;
  const std::string_view text = as_text(bytes);
  const auto holds = [&](std::string_view word) { return text.find(word) != text.npos; };
  return holds("root_trans_offset") && holds("pose_aa") ? Match::yes : Match::no;
}

std::vector<Clip> phc_clips(const Value& root, const ReadOptions& options) {
  require(root.is(ValueKind::dict), kBad, "the file holds {}, expected a dict of clips",
          kind_text(root.kind()));
  std::vector<Clip> out;
  if (is_entry(root)) {
    out.push_back(read_entry("", root, options));
    return out;
  }
  std::set<std::string> names;
  for (const auto& [key, value] : root.raw_dict().entries) {
    const std::string name = key.string("a clip's name");
    require(names.insert(name).second, kBad, "two clips are named '{}'", name.substr(0, 80));
    try {
      require(is_entry(value), kBad, "has no 'root_trans_offset' and 'pose_aa'");
      out.push_back(read_entry(name, value, options));
    } catch (const Error& e) {
      throw e.at(fmt::format("clip '{}'", name.substr(0, 80)));
    }
  }
  return out;
}

std::vector<Clip> read_phc(Bytes bytes, const ReadOptions& options) {
  const Pickle pickle = Pickle::parse(bytes);
  return phc_clips(pickle.root(), options);
}

}  // namespace motus::formats
