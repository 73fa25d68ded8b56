#include "formats/amp_humanoid.h"
#include "formats/clip_tools.h"
#include "formats/isaaclab.h"
#include "formats/numpy/arrays.h"
#include "formats/numpy/npz.h"
#include "formats/smooth_velocity.h"
#include "motion/kinematics.h"

namespace motus::formats {

namespace {

constexpr std::array kMembers = {"fps",
                                 "dof_names",
                                 "body_names",
                                 "dof_positions",
                                 "dof_velocities",
                                 "body_positions",
                                 "body_rotations",
                                 "body_linear_velocities",
                                 "body_angular_velocities"};

/// The clip's dofs: its own, the 28 of the humanoid, or a ball for every joint of a character.
struct Dofs {
  std::vector<std::string> names;
  Frames pos, vel;
};

/// Velocities of exponential-map triples and single angles: the logarithm of the step in the
/// child's frame, the last row a copy of the one before.
Frames ball_velocities(const Clip& clip, const std::vector<int>& bodies,
                       const std::vector<int>& widths, Eigen::Index columns) {
  Frames v = Frames::Zero(clip.frames(), columns);
  std::vector<Quat> now, next;
  joint_rotations(clip, 0, now);
  for (int f = 0; f + 1 < clip.frames(); ++f) {
    joint_rotations(clip, f + 1, next);
    Eigen::Index column = 0;
    for (size_t j = 0; j < bodies.size(); ++j) {
      const auto b = static_cast<size_t>(bodies[j]);
      const Vec3 w = clip.fps * log_map(now[b].conjugate() * next[b]);
      if (widths[j] == 1) {
        v(f, column) = w.y();
      } else {
        v.block<1, 3>(f, column) = w.transpose();
      }
      column += widths[j];
    }
    now.swap(next);
  }
  if (v.rows() > 1) v.row(v.rows() - 1) = v.row(v.rows() - 2);
  return v;
}

Dofs amp_dofs_of(const Clip& clip) {
  std::vector<int> bodies, widths;
  for (const AmpJoint& j : kAmpJoints) {
    bodies.push_back(clip.skeleton->find_body(j.body));
    widths.push_back(j.dofs);
  }
  return {amp_dof_names(), amp_dofs(clip), ball_velocities(clip, bodies, widths, kAmpDofs)};
}

Dofs balls_of(const Clip& clip) {
  const Skeleton& s = *clip.skeleton;
  Dofs out;
  std::vector<int> bodies, widths;
  for (int b = 1; b < s.body_count(); ++b) {
    bodies.push_back(b);
    widths.push_back(3);
    for (const char* axis : {"_x", "_y", "_z"}) {
      out.names.push_back(s.bodies()[static_cast<size_t>(b)].name + axis);
    }
  }
  out.pos = Frames(clip.frames(), 3 * (s.body_count() - 1));
  for (int f = 0; f < clip.frames(); ++f) {
    for (int b = 1; b < s.body_count(); ++b) {
      out.pos.block<1, 3>(f, 3 * (b - 1)) = log_map(clip.local_rot_at(f, b)).transpose();
    }
  }
  out.vel = ball_velocities(clip, bodies, widths, out.pos.cols());
  return out;
}

Dofs dofs_of(const Clip& clip) {
  if (clip.local_rot.size() > 0) {
    return is_amp_humanoid(*clip.skeleton) ? amp_dofs_of(clip) : balls_of(clip);
  }
  Dofs out;
  for (const Dof& d : clip.skeleton->dofs()) out.names.push_back(d.name);
  out.pos = clip.dof_pos;
  out.vel = dof_velocities(clip);
  return out;
}

/// Velocities that the source stored, while they still belong to the motion; else computed.
Frames velocity(const Clip& clip, const char* channel, bool untouched,
                Frames (*compute)(const Frames&, double), const Frames& states) {
  const auto it = clip.channels.find(channel);
  const bool stored = untouched && it != clip.channels.end() &&
                      it->second.data.cols() == 3 * clip.skeleton->body_count();
  return stored ? it->second.data : compute(states, clip.fps);
}

std::map<std::string, Array> compute(const Clip& clip) {
  const int64_t frames = clip.frames(), bodies = clip.skeleton->body_count();
  const Frames pos = body_positions(clip);
  Frames rot = body_rotations(clip);
  const bool untouched =
      !clip.source.fingerprint.empty() && clip.source.fingerprint == clip.fingerprint();
  const Frames lin = velocity(clip, "body_lin_vel", untouched, smooth_linear_velocity, pos);
  const Frames ang = velocity(clip, "body_ang_vel", untouched, smooth_angular_velocity, rot);
  for (int f = 0; f < clip.frames(); ++f) {
    for (int b = 0; b < clip.skeleton->body_count(); ++b) {
      Clip::set_quat(rot, f, b, positive(Clip::quat_at(rot, f, b)));
    }
  }
  const Dofs dofs = dofs_of(clip);
  std::vector<std::string> names;
  for (const Body& b : clip.skeleton->bodies()) names.push_back(b.name);
  std::map<std::string, Array> a;
  a["fps"] = rate_array(clip.fps);
  a["dof_names"] = string_array(dofs.names);
  a["body_names"] = string_array(names);
  a["dof_positions"] = f4_array(dofs.pos);
  a["dof_velocities"] = f4_array(dofs.vel);
  a["body_positions"] = f4_array(pos, {frames, bodies, 3});
  a["body_rotations"] = f4_array(rot, {frames, bodies, 4});
  a["body_linear_velocities"] = f4_array(lin, {frames, bodies, 3});
  a["body_angular_velocities"] = f4_array(ang, {frames, bodies, 3});
  return a;
}

}  // namespace

std::vector<std::byte> write_isaaclab(std::span<const Clip> clips, const WriteOptions&) {
  const Clip& clip = only_clip(clips, "isaaclab");
  std::map<std::string, Array> arrays =
      is_untouched(clip, "isaaclab") ? clip.source.arrays : compute(clip);
  // what else the source held follows: record_time, a user's own arrays
  return write_npz(std::move(arrays), kMembers);
}

}  // namespace motus::formats
