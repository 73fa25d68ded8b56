// Limits and mirrors: remedies that change a pose by a formula.
#include <algorithm>
#include <cmath>

#include "motion/edit_channels.h"
#include "motion/error.h"
#include "motion/fix.h"
#include "motion/limits.h"
#include "motion/metrics.h"

namespace motus {

namespace {

/// x below `most`, bent from `most - shoulder` on: slope 1 there, never beyond `most`.
double below(double x, double most, double shoulder) {
  const double knee = most - shoulder;
  return x <= knee ? x : most - shoulder * std::exp(-(x - knee) / shoulder);
}

}  // namespace

std::vector<std::string> clamp_to_limits(Clip& c, double shoulder) {
  constexpr double kTolerance = 1e-4;
  std::vector<std::string> out;
  if (c.dof_pos.size() == 0) return out;
  const Frames excess = limit_excess(c);
  for (const Joint& j : c.skeleton->joints()) {
    const Dof& d = c.skeleton->dofs()[static_cast<size_t>(j.dof)];
    if (excess.middleCols(j.dof, j.dof_count()).maxCoeff() < kTolerance) continue;
    out.push_back(j.name);
    if (j.type == JointType::ball) {
      for (int f = 0; f < c.frames(); ++f) {
        Vec3 e = c.dof_pos.block<1, 3>(f, j.dof).transpose();
        if (clamp_ball(&d, e)) c.dof_pos.block<1, 3>(f, j.dof) = e.transpose();
      }
      continue;
    }
    // a shoulder has room in half of the range at most, and only at the end that is broken
    const double s = std::min(shoulder, 0.25 * (d.upper - d.lower));
    const auto column = c.dof_pos.col(j.dof);
    const bool over = column.maxCoeff() > d.upper, under = column.minCoeff() < d.lower;
    for (int f = 0; f < c.frames(); ++f) {
      double& q = c.dof_pos(f, j.dof);
      if (over) q = below(q, d.upper, s);
      if (under) q = -below(-q, -d.lower, s);
    }
  }
  if (!out.empty()) drop_derived_channels(c);
  return out;
}

Clip unmirror(const Clip& clip) {
  require(clip.skeleton->kind() == SkeletonKind::character && clip.dof_pos.size() == 0, Kind::usage,
          "clip '{}' moves the robot '{}', whose sides are its own", clip.name,
          clip.skeleton->name());
  const auto flip = [](const Quat& q) { return Quat(q.w(), -q.x(), q.y(), -q.z()); };
  Clip out = clip;
  Skeleton::Spec spec = clip.skeleton->spec();
  for (Body& b : spec.bodies) b.rest_pos.y() *= -1, b.rest_rot = flip(b.rest_rot);
  for (EndSite& e : spec.end_sites) e.pos.y() *= -1;
  out.skeleton = Skeleton::build(std::move(spec));
  out.root_pos.col(1) *= -1;
  const auto flip_all = [&](Frames& rot) {
    for (int f = 0; f < rot.rows(); ++f) {
      for (int i = 0; i < rot.cols() / 4; ++i) {
        Clip::set_quat(rot, f, i, flip(Clip::quat_at(rot, f, i)));
      }
    }
  };
  flip_all(out.root_rot), flip_all(out.local_rot);
  for (auto& [name, c] : out.channels) {
    if (c.components == 4) flip_all(c.data);
    if (c.components != 3) continue;
    for (int k = 0; k < c.data.cols(); ++k) {
      // turning rates are axial vectors
      if ((k % 3 == 1) != (c.units == "rad/s")) c.data.col(k) *= -1;
    }
  }
  return out;
}

}  // namespace motus
