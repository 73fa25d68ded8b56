#include "formats/smpl_motion.h"

#include <cmath>

#include "formats/smpl_body.h"
#include "motion/error.h"
#include "motion/kinematics.h"

namespace motus::formats {

namespace {

/// SMPL's axes to ours: (x, y, z) -> (z, x, y), a third of a turn about (1, 1, 1).
const Quat& exchange() {
  static const Quat q(.5, .5, .5, .5);
  return q;
}

Vec3 to_ours(const Vec3& smpl) {
  return {smpl.z(), smpl.x(), smpl.y()};
}

Vec3 to_smpl(const Vec3& ours) {
  return {ours.y(), ours.z(), ours.x()};
}

/// A rotation vector's rotation, however small; exp_map() rounds those below 1e-5 rad to none.
Quat rotation(const Vec3& v) {
  const double angle = v.norm();
  if (angle < 1e-12) return Quat::Identity();
  return Quat(Eigen::AngleAxisd(angle, v / angle));
}

}  // namespace

Clip clip_from_smpl(const SmplPoses& in) {
  require(in.pose.cols() % 3 == 0 && is_smpl_joint_count(static_cast<int>(in.pose.cols() / 3)),
          Kind::bad_input, "poses have {} columns, expected 66, 72, 156 or 165", in.pose.cols());
  require(in.trans.rows() == in.pose.rows() && in.trans.cols() == 3, Kind::bad_input,
          "trans is {} x {}, expected {} x 3", in.trans.rows(), in.trans.cols(), in.pose.rows());
  const int joints = static_cast<int>(in.pose.cols() / 3);
  const std::vector<std::string> names = smpl_joint_names(joints);
  Clip clip;
  clip.skeleton = smpl_skeleton(joints);
  clip.fps = in.fps;
  const auto frames = static_cast<int>(in.pose.rows());
  clip.root_pos = Frames(frames, 3);
  clip.root_rot = Frames(frames, 4);
  clip.local_rot = Frames(frames, 4 * joints);
  for (int j = 0; j < joints; ++j) {
    const int body = clip.skeleton->find_body(names[static_cast<size_t>(j)]);
    for (int f = 0; f < frames; ++f) {
      const Vec3 v = in.pose.block<1, 3>(f, 3 * j).transpose();
      require(v.allFinite(), Kind::bad_input, "frame {}: the pose of {} is ({}, {}, {})", f,
              names[static_cast<size_t>(j)], v.x(), v.y(), v.z());
      if (j > 0) {
        Clip::set_quat(clip.local_rot, f, body, rotation(to_ours(v)));
        continue;
      }
      Clip::set_quat(clip.local_rot, f, 0, Quat::Identity());
      const Quat root = rotation(v) * exchange().conjugate();
      Clip::set_quat(clip.root_rot, f, 0, in.y_up ? exchange() * root : root);
      const Vec3 pelvis = in.trans.row(f).transpose() + smpl_pelvis();
      clip.root_pos.row(f) = (in.y_up ? to_ours(pelvis) : pelvis).transpose();
    }
  }
  Source& s = clip.source;
  if (in.y_up) s.conversions.emplace_back("y up to z up");
  s.conversions.emplace_back("root at the pelvis, a neutral body's offset from SMPL's origin");
  s.warnings.emplace_back(
      "joint offsets are those of a neutral figure, not of the licensed body model: rotations are "
      "exact, bone lengths are not this person's");
  return clip;
}

SmplPoses smpl_from_clip(const Clip& clip, int joints) {
  const std::vector<std::string> names = smpl_joint_names(joints);
  std::vector<int> body_of(names.size(), -1);
  for (int b = 0; b < clip.skeleton->body_count(); ++b) {
    const std::string name = smpl_joint_name(clip.skeleton->bodies()[static_cast<size_t>(b)].name);
    for (size_t j = 0; j < names.size(); ++j) {
      if (names[j] == name) body_of[j] = b;
    }
  }
  for (size_t j = 0; j < 22; ++j) {
    if (body_of[j] >= 0) continue;
    throw Error(Kind::usage,
                fmt::format("clip '{}' moves '{}', which has no joint '{}' of SMPL's", clip.name,
                            clip.skeleton->name(), names[j]),
                "motion-retarget --to smpl first");
  }
  SmplPoses out{.pose = Frames::Zero(clip.frames(), 3 * joints),
                .trans = Frames(clip.frames(), 3),
                .fps = clip.fps};
  std::vector<Quat> local;
  for (int f = 0; f < clip.frames(); ++f) {
    joint_rotations(clip, f, local);
    out.pose.block<1, 3>(f, 0) = log_map(clip.root_rot_at(f) * exchange()).transpose();
    for (int j = 1; j < joints; ++j) {
      const int body = body_of[static_cast<size_t>(j)];
      if (body < 0) continue;
      out.pose.block<1, 3>(f, 3 * j) =
          to_smpl(log_map(local[static_cast<size_t>(body)])).transpose();
    }
    out.trans.row(f) = clip.root_pos.row(f) - smpl_pelvis().transpose();
  }
  return out;
}

bool stands_along_y(const SmplPoses& poses) {
  Vec3 up = Vec3::Zero();
  for (Eigen::Index f = 0; f < poses.pose.rows(); ++f) {
    up += rotation(poses.pose.block<1, 3>(f, 0).transpose()) * Vec3::UnitY();
  }
  return std::abs(up.y()) > std::abs(up.z());
}

}  // namespace motus::formats
