#include "motion/sampler.h"

#include <algorithm>
#include <cmath>

#include "motion/error.h"
#include "motion/kinematics.h"

namespace motus {

MotionSampler::MotionSampler(Dataset dataset) : dataset_(std::move(dataset)) {
  double total = 0;
  for (const Clip& clip : dataset_.clips) {
    clip.validate();
    require(clip.frames() >= 2, Kind::bad_input, "clip '{}' has {} frame; a motion needs two",
            clip.name, clip.frames());
    require(clip.weight >= 0, Kind::bad_input, "clip '{}' has weight {}", clip.name, clip.weight);
    total += clip.weight;
    Prepared p;
    p.frames = clip.frames();
    p.length = clip.duration();
    p.wrap = clip.loop == LoopMode::wrap;
    p.delta = p.wrap ? Vec3(clip.root_pos_at(p.frames - 1) - clip.root_pos_at(0)) : Vec3::Zero();
    p.delta.z() = 0;
    p.root_pos = clip.root_pos;
    p.root_rot = clip.root_rot;
    p.root_vel = linear_velocities(clip.root_pos, clip.fps);
    p.root_ang_vel = angular_velocities(clip.root_rot, clip.fps);
    p.dof_vel = dof_velocities(clip);
    p.joint_rot.resize(p.frames, 4 * skeleton().body_count());
    std::vector<Quat> q;
    for (int f = 0; f < p.frames; ++f) {
      joint_rotations(clip, f, q);
      for (size_t b = 0; b < q.size(); ++b)
        Clip::set_quat(p.joint_rot, f, static_cast<int>(b), positive(q[b]));
    }
    prepared_.push_back(std::move(p));
  }
  require(total > 0, Kind::bad_input, "all weights of the dataset are zero");
  double sum = 0;
  for (const Clip& clip : dataset_.clips) cumulative_.push_back((sum += clip.weight) / total);
}

int MotionSampler::pick(double u) const {
  const auto it = std::upper_bound(cumulative_.begin(), cumulative_.end(), u);
  return std::min(static_cast<int>(it - cumulative_.begin()), motions() - 1);
}

void MotionSampler::sample(int motion, double time, MotionState& out) const {
  const Prepared& p = at(motion);
  double phase = time / p.length;
  const double cycle = p.wrap ? std::floor(phase) : 0.0;
  phase = std::clamp(phase - cycle, 0.0, 1.0);
  const double x = phase * (p.frames - 1);
  const int a = std::min(static_cast<int>(x), p.frames - 1), b = std::min(a + 1, p.frames - 1);
  const double t = x - a;

  const Vec3 p0 = p.root_pos.row(a), p1 = p.root_pos.row(b);
  out.root_pos = p0 + t * (p1 - p0) + cycle * p.delta;
  out.root_rot = slerp(Clip::quat_at(p.root_rot, a, 0), Clip::quat_at(p.root_rot, b, 0), t);
  out.root_vel = p.root_vel.row(a);
  out.root_ang_vel = p.root_ang_vel.row(a);
  const int bodies = skeleton().body_count();
  out.joint_rot.resize(static_cast<size_t>(bodies));
  for (int i = 0; i < bodies; ++i) {
    out.joint_rot[static_cast<size_t>(i)] =
        slerp(Clip::quat_at(p.joint_rot, a, i), Clip::quat_at(p.joint_rot, b, i), t);
  }
  const int dofs = skeleton().dof_count();
  out.dof_vel.resize(static_cast<size_t>(dofs));
  for (int d = 0; d < dofs; ++d) out.dof_vel[static_cast<size_t>(d)] = p.dof_vel(a, d);
}

}  // namespace motus
