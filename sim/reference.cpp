#include "sim/reference.h"

#include <algorithm>
#include <cmath>

#include "motion/error.h"

namespace motus::sim {

Anatomy Anatomy::of(const Skeleton& skeleton, const std::vector<int>& key_bodies, bool angles,
                    const Extra& extra) {
  Anatomy out;
  out.angles = angles;
  out.keys = key_bodies;
  for (const Body& b : skeleton.bodies()) out.parents.push_back(b.parent);
  out.dofs.push_back(0);
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
    out.dofs.push_back(first < last ? skeleton.joints()[static_cast<size_t>(first)].dof : 0);
    out.layout.joint_features += feature_count(term, angles);
  }
  out.layout.dofs = skeleton.dof_count();
  out.layout.keys = static_cast<int>(key_bodies.size());
  out.layout.positions = extra.positions;
  out.layout.bodies = extra.bodies ? skeleton.body_count() - 1 : 0;
  for (int b = extra.root_body; b > 0; b = out.parents[static_cast<size_t>(b)]) {
    require(out.joints[static_cast<size_t>(b) - 1].kind != JointTerm::series, Kind::usage,
            "root_body '{}' hangs on several hinges of '{}': a ball or one hinge is expected",
            skeleton.bodies()[static_cast<size_t>(extra.root_body)].name,
            skeleton.bodies()[static_cast<size_t>(b)].name);
    out.watched.insert(out.watched.begin(), b);
  }
  return out;
}

void Anatomy::take(const double* qpos, const double* qvel, const double* body_pos,
                   const double* body_rot, float* out) const {
  take_snapshot(layout, joints.data(), static_cast<int>(joints.size()), angles, keys.data(), qpos,
                qvel, body_pos, out);
  if (!watched.empty()) watch(qvel, body_pos, body_rot, out);
}

/// Velocities are carried from the root down the chain: v' = v + w x r, w' = w + R' times the
/// joint's rate, whose axes are the child's own for a ball and for a hinge.
void Anatomy::watch(const double* qvel, const double* body_pos, const double* body_rot,
                    float* out) const {
  using L = SnapshotLayout;
  const auto pos = [&](int b) { return Eigen::Map<const Vec3>(body_pos + 3 * b); };
  const auto rot = [&](int b) {
    const double* q = body_rot + 4 * b;
    return Quat(q[0], q[1], q[2], q[3]);
  };
  Vec3 v = Eigen::Map<const Vec3>(qvel), w = rot(0) * Eigen::Map<const Vec3>(qvel + 3);
  for (const int b : watched) {
    const JointTerm& j = joints[static_cast<size_t>(b) - 1];
    const double* rate = qvel + 6 + dofs[static_cast<size_t>(b)];
    v += w.cross(pos(b) - pos(parents[static_cast<size_t>(b)]));
    if (j.kind == JointTerm::ball) {
      w += rot(b) * Eigen::Map<const Vec3>(rate);
    } else if (j.kind == JointTerm::hinge) {
      w += rot(b) * (rate[0] * Vec3(j.axis[0][0], j.axis[0][1], j.axis[0][2]));
    }
  }
  const int last = watched.back();
  const Vec3 shift = pos(last) - pos(0);
  for (int k = 0; k < 3; ++k) {
    out[L::kRootPos + k] = static_cast<float>(pos(last)[k]);
    out[L::kRootVel + k] = static_cast<float>(v[k]);
    out[L::kRootAngVel + k] = static_cast<float>(w[k]);
    for (int i = 0; i < layout.keys; ++i) {
      out[layout.key_pos() + 3 * i + k] -= static_cast<float>(shift[k]);
    }
    for (int i = 0; i < layout.bodies; ++i) {
      out[layout.body_pos() + 3 * i + k] -= static_cast<float>(shift[k]);
    }
  }
  for (int k = 0; k < 4; ++k) out[L::kRootRot + k] = static_cast<float>(body_rot[4 * last + k]);
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
  sampler_.sample(motion, time, s.state);
  generalise(s);
}

/// Dofs and generalised coordinates of scratch's state.
void Reference::generalise(Scratch& s) const {
  const Skeleton& skeleton = sampler_.skeleton();
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

void Reference::rest(const double* root, const double* dofs, Scratch& s) const {
  const Skeleton& skeleton = sampler_.skeleton();
  const size_t bodies = static_cast<size_t>(skeleton.body_count());
  s.state.root_pos = Vec3(root);
  s.state.root_rot = exp_map(Vec3(root + 3));
  s.state.root_vel.setZero(), s.state.root_ang_vel.setZero();
  s.state.joint_rot.resize(bodies);
  for (size_t b = 0; b < bodies; ++b) {
    s.state.joint_rot[b] = joint_rotation(skeleton, static_cast<int>(b), dofs);
  }
  s.state.dof_vel.assign(static_cast<size_t>(skeleton.dof_count()), 0);
  generalise(s);
  forward(skeleton, s.state.root_pos, s.state.root_rot, s.state.joint_rot, s.poses);
}

void Reference::take(Scratch& s, float* out) const {
  if (!anatomy_.watched.empty()) {
    s.body_rot.resize(4 * s.poses.rot.size());
    double* to = s.body_rot.data();
    for (const Quat& q : s.poses.rot) {
      for (const double x : {q.w(), q.x(), q.y(), q.z()}) *to++ = x;
    }
  }
  anatomy_.take(s.qpos.data(), s.qvel.data(), s.poses.pos.data()->data(), s.body_rot.data(), out);
}

void Reference::snapshot(int motion, double time, Scratch& s, float* out) const {
  pose(motion, time, s);
  take(s, out);
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
