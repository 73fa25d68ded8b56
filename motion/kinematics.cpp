#include "motion/kinematics.h"

#include <cmath>

#include "motion/error.h"

namespace motus {

Quat joint_rotation(const Skeleton& s, int body, const double* dofs) {
  Quat q = Quat::Identity();
  const auto [first, last] = s.joints_of(body);
  for (int i = first; i < last; ++i) {
    const Joint& j = s.joints()[static_cast<size_t>(i)];
    if (j.type == JointType::hinge) {
      q = q * Quat(Eigen::AngleAxisd(dofs[j.dof], j.axis));
    } else {
      q = q * exp_map(Vec3(dofs[j.dof], dofs[j.dof + 1], dofs[j.dof + 2]));
    }
  }
  return q;
}

void joint_rotations(const Clip& clip, int frame, std::vector<Quat>& out) {
  const Skeleton& s = *clip.skeleton;
  out.assign(static_cast<size_t>(s.body_count()), Quat::Identity());
  const bool by_dofs = clip.local_rot.size() == 0;
  const double* dofs = by_dofs && clip.dof_pos.size() > 0 ? &clip.dof_pos(frame, 0) : nullptr;
  for (int b = 1; b < s.body_count(); ++b) {
    if (!by_dofs) {
      out[static_cast<size_t>(b)] = clip.local_rot_at(frame, b);
    } else if (dofs) {
      out[static_cast<size_t>(b)] = joint_rotation(s, b, dofs);
    }
  }
}

namespace {

/// Angles a, b(, c) with q = R(axis0, a) R(axis1, b) R(axis2, c) for orthogonal hinge axes.
void euler_dofs(const Skeleton& s, int first, int last, const Quat& q, double* dofs) {
  const std::span joints(s.joints());
  const auto on_body =
      joints.subspan(static_cast<size_t>(first)).first(static_cast<size_t>(last - first));
  const size_t n = on_body.size();
  const Vec3 e0 = on_body[0].axis, e1 = on_body[1].axis;
  require(std::abs(e0.dot(e1)) < 1e-6 && n <= 3, Kind::bad_input,
          "body '{}' has {} hinges whose axes are not orthogonal: a rotation cannot be split among "
          "them",
          s.bodies()[static_cast<size_t>(on_body[0].body)].name, n);
  const Vec3 e2 = n == 3 ? on_body[2].axis : Vec3(e0.cross(e1));
  // in the basis of the axes the problem is Euler xyz; a left-handed triple turns the last angle's
  // sign
  Eigen::Matrix3d basis;
  basis << e0, e1, e0.cross(e1);
  const double handed = e2.dot(e0.cross(e1)) > 0 ? 1.0 : -1.0;
  const Quat in_basis(basis.transpose() * q.toRotationMatrix() * basis);
  const int xyz[3] = {0, 1, 2};
  const Vec3 a = to_euler(in_basis, xyz);
  dofs[on_body[0].dof] = a[0];
  dofs[on_body[1].dof] = a[1];
  if (n == 3) dofs[on_body[2].dof] = handed * a[2];
}

}  // namespace

void dofs_from_rotations(const Skeleton& s, std::span<const Quat> rotations, double* dofs) {
  for (int b = 1; b < s.body_count(); ++b) {
    const auto [first, last] = s.joints_of(b);
    if (first == last) continue;
    const Joint& j = s.joints()[static_cast<size_t>(first)];
    const Quat& q = rotations[static_cast<size_t>(b)];
    if (last - first > 1) {
      euler_dofs(s, first, last, q, dofs);
    } else if (j.type == JointType::hinge) {
      dofs[j.dof] = twist_angle(q, j.axis);
    } else {
      Eigen::Map<Vec3>(dofs + j.dof) = log_map(q);
    }
  }
}

void forward(const Skeleton& s, const Vec3& root_pos, const Quat& root_rot,
             std::span<const Quat> rotations, BodyPoses& out) {
  const size_t n = static_cast<size_t>(s.body_count());
  out.pos.resize(n);
  out.rot.resize(n);
  out.pos[0] = root_pos;
  out.rot[0] = root_rot;
  for (size_t b = 1; b < n; ++b) {
    const Body& body = s.bodies()[b];
    const size_t p = static_cast<size_t>(body.parent);
    out.pos[b] = out.pos[p] + out.rot[p] * body.rest_pos;
    out.rot[b] = out.rot[p] * body.rest_rot * rotations[b];
  }
}

BodyPoses forward(const Clip& clip, int frame) {
  std::vector<Quat> rotations;
  joint_rotations(clip, frame, rotations);
  BodyPoses out;
  forward(*clip.skeleton, clip.root_pos_at(frame), clip.root_rot_at(frame), rotations, out);
  return out;
}

Frames body_positions(const Clip& clip) {
  const int bodies = clip.skeleton->body_count();
  Frames out(clip.frames(), 3 * bodies);
  for (int f = 0; f < clip.frames(); ++f) {
    const BodyPoses p = forward(clip, f);
    for (int b = 0; b < bodies; ++b)
      out.block<1, 3>(f, 3 * b) = p.pos[static_cast<size_t>(b)].transpose();
  }
  return out;
}

Frames body_rotations(const Clip& clip) {
  const int bodies = clip.skeleton->body_count();
  Frames out(clip.frames(), 4 * bodies);
  for (int f = 0; f < clip.frames(); ++f) {
    const BodyPoses p = forward(clip, f);
    for (int b = 0; b < bodies; ++b) Clip::set_quat(out, f, b, p.rot[static_cast<size_t>(b)]);
  }
  return out;
}

namespace {

void repeat_last(Frames& v) {
  if (v.rows() > 1) v.row(v.rows() - 1) = v.row(v.rows() - 2);
}

}  // namespace

Frames linear_velocities(const Frames& points, double fps) {
  Frames v = Frames::Zero(points.rows(), points.cols());
  for (Eigen::Index f = 0; f + 1 < points.rows(); ++f)
    v.row(f) = fps * (points.row(f + 1) - points.row(f));
  repeat_last(v);
  return v;
}

Frames angular_velocities(const Frames& rotations, double fps) {
  const int n = static_cast<int>(rotations.cols() / 4);
  Frames v = Frames::Zero(rotations.rows(), 3 * n);
  for (int f = 0; f + 1 < rotations.rows(); ++f) {
    for (int i = 0; i < n; ++i) {
      const Quat a = Clip::quat_at(rotations, f, i), b = Clip::quat_at(rotations, f + 1, i);
      v.block<1, 3>(f, 3 * i) = fps * log_map(b * a.conjugate()).transpose();
    }
  }
  repeat_last(v);
  return v;
}

Frames dof_velocities(const Clip& clip) {
  const Skeleton& s = *clip.skeleton;
  Frames v = Frames::Zero(clip.frames(), s.dof_count());
  std::vector<Quat> now, next;
  if (clip.frames() > 0) joint_rotations(clip, 0, now);
  for (int f = 0; f + 1 < clip.frames(); ++f) {
    joint_rotations(clip, f + 1, next);
    for (const Joint& j : s.joints()) {
      const auto [first, last] = s.joints_of(j.body);
      if (last - first > 1) {
        // hinges in series: each angle is its own coordinate
        double d = clip.dof_pos(f + 1, j.dof) - clip.dof_pos(f, j.dof);
        v(f, j.dof) = clip.fps * std::remainder(d, 2.0 * M_PI);
        continue;
      }
      const size_t b = static_cast<size_t>(j.body);
      const Vec3 w = clip.fps * log_map(now[b].conjugate() * next[b]);
      if (j.type == JointType::hinge) {
        v(f, j.dof) = j.axis.dot(w);
      } else {
        v.block<1, 3>(f, j.dof) = w.transpose();
      }
    }
    now.swap(next);
  }
  repeat_last(v);
  return v;
}

}  // namespace motus
