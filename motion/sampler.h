#pragma once
// A dataset as a function of time: what an environment resets from and a discriminator compares
// with. Interpolation follows MimicKit (facts checked against its published numbers,
// tests/motion/sampler_test.cpp): positions linear, rotations spherical, velocities those of the
// frame before, wrapping clips carry their horizontal travel on but not their change of heading.
#include <vector>

#include "motion/clip.h"

namespace motus {

/// One moment of a motion.
struct MotionState {
  Vec3 root_pos, root_vel, root_ang_vel;  ///< world; m, m/s, rad/s
  Quat root_rot;
  std::vector<Quat> joint_rot;  ///< (B), entry 0 the identity, w >= 0 not promised
  std::vector<double> dof_vel;  ///< (D) rad/s
};

class MotionSampler {
 public:
  explicit MotionSampler(Dataset dataset);

  const Skeleton& skeleton() const { return *dataset_.skeleton; }
  int motions() const { return static_cast<int>(dataset_.clips.size()); }
  double length(int motion) const { return at(motion).length; }
  bool wraps(int motion) const { return at(motion).wrap; }
  /// Root displacement of one cycle (z zero); zero for clamped clips.
  Vec3 cycle_offset(int motion) const { return at(motion).delta; }

  /// A motion for u in [0, 1), by weight.
  int pick(double u) const;

  /// The state at `time` seconds. Wrapping clips repeat in both directions, others hold their ends.
  void sample(int motion, double time, MotionState& out) const;

 private:
  struct Prepared {
    int frames;
    double length;
    bool wrap;
    Vec3 delta;
    Frames root_pos, root_rot, root_vel, root_ang_vel, joint_rot, dof_vel;
  };
  const Prepared& at(int motion) const { return prepared_[static_cast<size_t>(motion)]; }
  Dataset dataset_;
  std::vector<Prepared> prepared_;
  std::vector<double> cumulative_;  ///< of normalised weights
};

}  // namespace motus
