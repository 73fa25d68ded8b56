#include "formats/humanml.h"

#include "formats/bytes.h"
#include "formats/clip_tools.h"
#include "formats/numpy/arrays.h"
#include "formats/numpy/npy.h"
#include "formats/points.h"
#include "formats/smpl_body.h"

namespace motus::formats {

namespace {

constexpr Kind kBad = Kind::bad_input;
constexpr int kJoints = 22, kFeatures = 263;

/// The features of a frame (Guo et al., "Generating Diverse and Natural 3D Human Motions from Text",
/// CVPR 2022): yaw velocity 1 (half the angle, as the quaternion has it), ground velocity 2, height
/// 1, joints 63, rotations 126, joint velocities 66, foot contacts 4.
constexpr int kGround = 1, kHeight = 3, kLocal = 4, kContacts = 259;

/// Joint positions (T, 66), y up.
Frames decode(const Frames& v) {
  Frames out(v.rows(), 3 * kJoints);
  double half_yaw = 0;
  Vec3 root = Vec3::Zero();
  for (Eigen::Index f = 0; f < v.rows(); ++f) {
    if (f > 0) half_yaw += v(f - 1, 0);
    const Quat back(Eigen::AngleAxisd(-2 * half_yaw, Vec3::UnitY()));
    if (f > 0) root += back * Vec3(v(f - 1, kGround), 0, v(f - 1, kGround + 1));
    root.y() = v(f, kHeight);
    out.block<1, 3>(f, 0) = root.transpose();
    for (int j = 1; j < kJoints; ++j) {
      const Vec3 local = v.block<1, 3>(f, kLocal + 3 * (j - 1)).transpose();
      out.block<1, 3>(f, 3 * j) = (Vec3(root.x(), 0, root.z()) + back * local).transpose();
    }
  }
  return out;
}

bool is_joints(const std::vector<int64_t>& s) {
  return s.size() == 3 && s[0] > 0 && s[1] == kJoints && s[2] == 3;
}

}  // namespace

Match sniff_humanml(Bytes bytes) {
  if (!starts_with(bytes, "\x93NUMPY")) return Match::no;
  try {
    const NpyHeader h = read_npy_header(bytes);
    const bool number = h.descr.size() == 3 && h.descr[1] == 'f';
    return number && (is_joints(h.shape) ||
                      (!h.shape.empty() && h.shape.back() == kFeatures && h.shape.size() <= 2))
               ? Match::yes
               : Match::no;
  } catch (const Error&) {
    return Match::no;
  }
}

std::vector<Clip> read_humanml(Bytes bytes, const ReadOptions& options) {
  Array raw = read_npy(bytes);
  if (raw.shape.size() == 1) {
    throw Error(
        kBad,
        fmt::format("holds {} numbers: a mean or deviation of HumanML3D, no motion", kFeatures),
        "the motions are in new_joints/ and new_joint_vecs/");
  }
  const bool joints = is_joints(raw.shape);
  require(joints || (raw.shape.size() == 2 && raw.shape[0] > 0 && raw.shape[1] == kFeatures), kBad,
          "has shape {}, expected (frames, 22, 3) or (frames, 263)", shape_text(raw.shape));
  const Frames data = to_frames(raw, "the array");
  Frames points = joints ? data : decode(data);
  const bool y_up = options.up_axis != "z";
  if (y_up) {  // (x, y, z) -> (z, x, y): SMPL's axes to z up, x forward
    for (int j = 0; j < kJoints; ++j) {
      const Frames smpl = points.middleCols(3 * j, 3);
      points.middleCols(3 * j, 3) << smpl.col(2), smpl.col(0), smpl.col(1);
    }
  }
  Clip clip = clip_from_points(smpl_tree(kJoints), points, 20);
  Source& s = clip.source;
  s.fps_source = "guess";
  if (!options.fps) {
    s.warnings.emplace_back("the file states no frame rate: 20, as all of HumanML3D");
  }
  if (y_up) s.conversions.emplace_back("y up to z up");
  s.variant = joints ? "joints" : "features";
  if (!joints) {
    clip.channels["contacts"] = {.data = data.middleCols(kContacts, 4),
                                 .names = {"left_ankle", "left_foot", "right_ankle", "right_foot"},
                                 .units = "1",
                                 .frame = ""};
  }
  std::map<std::string, Array> arrays;
  arrays.emplace(joints ? "new_joints" : "new_joint_vecs", std::move(raw));
  finish_clip(clip, std::move(arrays));
  return {std::move(clip)};
}

}  // namespace motus::formats
