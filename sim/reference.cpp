#include "sim/reference.h"

#include <algorithm>
#include <cmath>

#include "motion/error.h"

namespace motus::sim {

Anatomy Anatomy::of(const Skeleton& skeleton, const std::vector<int>& key_bodies, bool angles) {
  Anatomy out;
  out.angles = angles;
  out.keys = key_bodies;
  for (int b = 1; b < skeleton.body_count(); ++b) {
    JointTerm term;
    term.qpos = out.nq;
    const auto [first, last] = skeleton.joints_of(b);
    for (int i = first; i < last; ++i) {
      const Joint& j = skeleton.joints()[static_cast<size_t>(i)];
      if (j.type == JointType::ball) {
        require(last - first == 1, Kind::bad_input,
                "body '{}' has a ball and other joints: no order of its dofs is defined",
                skeleton.bodies()[static_cast<size_t>(b)].name);
        term.kind = JointTerm::ball;
        out.nq += 4;
      } else {
        require(term.count < 3, Kind::bad_input, "body '{}' has more than three hinges",
                skeleton.bodies()[static_cast<size_t>(b)].name);
        term.kind = term.count == 0 ? JointTerm::hinge : JointTerm::series;
        for (int k = 0; k < 3; ++k) term.axis[term.count][k] = static_cast<float>(j.axis[k]);
        ++term.count;
        ++out.nq;
      }
    }
    out.joints.push_back(term);
    out.layout.joint_features += feature_count(term, angles);
  }
  out.layout.dofs = skeleton.dof_count();
  out.layout.keys = static_cast<int>(key_bodies.size());
  return out;
}

Reference::Reference(Dataset dataset, Anatomy anatomy)
    : sampler_(std::move(dataset)), anatomy_(std::move(anatomy)) {
  Scratch s;
  for (int m = 0; m < sampler_.motions(); ++m) {
    // a fine even grid of times: the mean over the clip, whatever its frame rate
    constexpr int kTimes = 256;
    Vec3 sum = Vec3::Zero();
    for (int i = 0; i < kTimes; ++i) {
      sample(m, sampler_.length(m) * (i + 0.5) / kTimes, s);
      sum += heading_rotation(s.state.root_rot).conjugate() * s.state.root_vel;
    }
    mean_velocity_.push_back(
        {static_cast<float>(sum.x() / kTimes), static_cast<float>(sum.y() / kTimes)});
  }
}

void Reference::sample(int motion, double time, Scratch& s) const {
  const Skeleton& skeleton = sampler_.skeleton();
  sampler_.sample(motion, time, s.state);
  s.dofs.resize(static_cast<size_t>(skeleton.dof_count()));
  s.qpos.resize(static_cast<size_t>(anatomy_.nq));
  s.qvel.resize(6 + s.dofs.size());
  dofs_from_rotations(skeleton, s.state.joint_rot, s.dofs.data());

  Eigen::Map<Vec3>(s.qpos.data()) = s.state.root_pos;
  const Quat& q = s.state.root_rot;
  s.qpos[3] = q.w(), s.qpos[4] = q.x(), s.qpos[5] = q.y(), s.qpos[6] = q.z();
  Eigen::Map<Vec3>(s.qvel.data()) = s.state.root_vel;
  Eigen::Map<Vec3>(s.qvel.data() + 3) = q.conjugate() * s.state.root_ang_vel;
  std::copy(s.state.dof_vel.begin(), s.state.dof_vel.end(), s.qvel.begin() + 6);
  size_t dof = 0;
  for (size_t i = 0; i < anatomy_.joints.size(); ++i) {
    const JointTerm& j = anatomy_.joints[i];
    double* p = s.qpos.data() + j.qpos;
    if (j.kind == JointTerm::ball) {
      const Quat& r = s.state.joint_rot[i + 1];
      p[0] = r.w(), p[1] = r.x(), p[2] = r.y(), p[3] = r.z();
      dof += 3;
    } else {
      for (int k = 0; k < j.count; ++k) p[k] = s.dofs[dof++];
    }
  }
}

void Reference::pose(int motion, double time, Scratch& s) const {
  sample(motion, time, s);
  forward(sampler_.skeleton(), s.state.root_pos, s.state.root_rot, s.state.joint_rot, s.poses);
}

void Reference::snapshot(int motion, double time, Scratch& s, float* out) const {
  pose(motion, time, s);
  take_snapshot(anatomy_.layout, anatomy_.joints.data(), static_cast<int>(anatomy_.joints.size()),
                anatomy_.angles, anatomy_.keys.data(), s.qpos.data(), s.qvel.data(),
                s.poses.pos.data()->data(), out);
}

void Reference::window(int motion, double time, int steps, double dt, Scratch& s,
                       float* out) const {
  for (int i = 0; i < steps; ++i) {
    snapshot(motion, time - (steps - 1 - i) * dt, s, out + i * anatomy_.layout.size());
  }
}

double Reference::phase(int motion, double time) const {
  const double x = time / sampler_.length(motion);
  return sampler_.wraps(motion) ? x - std::floor(x) : std::clamp(x, 0.0, 1.0);
}

}  // namespace motus::sim
