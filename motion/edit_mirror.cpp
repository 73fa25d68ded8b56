// The motion in the mirror, by the sides that motion/mirror.cpp found.
#include <algorithm>

#include "motion/mirror.h"

namespace motus {

namespace {

const Vec3 kFlip(1, -1, 1);  // the world's mirror is the plane y = 0

/// The root in the mirror: M_world R M_figure, a rotation again.
Quat mirrored_root(const Quat& q, const Vec3& side) {
  const Quat in_world(q.w(), -q.x(), q.y(), -q.z());
  if (side.cwiseAbs() == Vec3::UnitY()) return in_world;
  Eigen::Matrix3d rest = kFlip.asDiagonal();
  rest = rest * (Eigen::Matrix3d::Identity() - 2 * side * side.transpose());
  return in_world * Quat(rest);
}

/// For each item the one it is taken from, by name; empty if a name has no place.
std::vector<int> partner_items(const Channel& c, const Clip& clip, const Symmetry& sides) {
  const Skeleton& s = *clip.skeleton;
  std::vector<int> out;
  for (size_t i = 0; i < c.names.size(); ++i) {
    const std::string& name = c.names[i];
    std::string other = mirrored_name(name, c.names);
    if (const int body = s.find_body(name); body >= 0) {
      other = s.bodies()[static_cast<size_t>(sides.body[static_cast<size_t>(body)])].name;
    } else if (const int dof = s.find_dof(name); dof >= 0) {
      other = s.dofs()[static_cast<size_t>(sides.dof[static_cast<size_t>(dof)])].name;
    }
    if (other.empty()) other = name;
    const auto at = std::find(c.names.begin(), c.names.end(), other);
    if (at == c.names.end()) return {};
    out.push_back(static_cast<int>(at - c.names.begin()));
  }
  return out;
}

/// The channel in the mirror, or false if it cannot be said.
bool mirror_channel(const std::string& key, Channel& c, const Clip& clip, const Symmetry& sides) {
  const Eigen::Index items = c.data.cols() / std::max(1, c.components);
  std::vector<int> from = partner_items(c, clip, sides);
  if (c.names.empty() && items == 1) from = {0};
  if (c.components == 4 || from.size() != static_cast<size_t>(items)) return false;
  const Frames was = c.data;
  if (c.components == 3) {
    // turning rates are axial vectors: the mirror turns the other components about
    const double sign = c.units == "rad/s" ? -1 : 1;
    if (c.frame == "parent") return false;
    const Vec3 side = c.frame == "world" ? Vec3(Vec3::UnitY()) : sides.side;
    const Eigen::Matrix3d m =
        sign * (Eigen::Matrix3d::Identity() - 2 * side * side.transpose()).eval();
    for (Eigen::Index f = 0; f < was.rows(); ++f) {
      for (Eigen::Index i = 0; i < items; ++i) {
        const Vec3 v = was.block<1, 3>(f, 3 * from[static_cast<size_t>(i)]).transpose();
        c.data.block<1, 3>(f, 3 * i) = (m * v).transpose();
      }
    }
    return true;
  }
  for (Eigen::Index i = 0; i < items; ++i) {
    const std::string& name = c.names.empty() ? key : c.names[static_cast<size_t>(i)];
    const int dof = clip.skeleton->find_dof(name);
    // labels have no sign, angles and their rates have that of their hinge
    const bool angle = c.units.starts_with("rad") && dof >= 0;
    c.data.col(i) = (angle ? sides.dof_sign[static_cast<size_t>(dof)] : 1.0) *
                    was.col(from[static_cast<size_t>(i)]);
  }
  return true;
}

void mirror_dofs(const Clip& clip, const Symmetry& sides, Frames& out) {
  const Skeleton& s = *clip.skeleton;
  for (const Joint& j : s.joints()) {
    const size_t d = static_cast<size_t>(j.dof);
    if (j.type == JointType::hinge) {
      out.col(j.dof) = sides.dof_sign[d] * clip.dof_pos.col(sides.dof[d]);
      continue;
    }
    const Eigen::Matrix3d& m = sides.axial[static_cast<size_t>(j.body)];
    out.middleCols<3>(j.dof) = clip.dof_pos.middleCols<3>(sides.dof[d]) * m.transpose();
  }
}

}  // namespace

Clip mirror(const Clip& clip) {
  const Symmetry sides = Symmetry::of(*clip.skeleton);
  Clip out = clip;
  out.root_pos.col(1) *= -1;
  for (int f = 0; f < clip.frames(); ++f) {
    Clip::set_quat(out.root_rot, f, 0, mirrored_root(clip.root_rot_at(f), sides.side));
  }
  if (clip.dof_pos.size() > 0) mirror_dofs(clip, sides, out.dof_pos);
  for (int b = 1; b < clip.local_rot.cols() / 4; ++b) {
    const size_t i = static_cast<size_t>(b);
    for (int f = 0; f < clip.frames(); ++f) {
      Quat q = clip.local_rot_at(f, sides.body[i]);
      q.vec() = (sides.axial[i] * q.vec()).eval();
      Clip::set_quat(out.local_rot, f, b, q);
    }
  }
  for (auto at = out.channels.begin(); at != out.channels.end();) {
    at =
        mirror_channel(at->first, at->second, clip, sides) ? std::next(at) : out.channels.erase(at);
  }
  if (out.terrain) {
    Terrain& t = *out.terrain;
    t.origin_y = -(t.origin_y + static_cast<double>(t.heights.cols() - 1) * t.spacing);
    t.heights = t.heights.rowwise().reverse().eval();
  }
  return out;
}

}  // namespace motus
