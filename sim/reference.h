#pragma once
// The clips as a simulation sees them: generalised positions and velocities, snapshots and windows
// at any time. Read-only after construction, so that threads may share it; each caller brings its
// own scratch memory.
#include <array>
#include <vector>

#include "motion/kinematics.h"
#include "motion/sampler.h"
#include "sim/terms.h"

namespace motus::sim {

/// How a skeleton's joints lie in MuJoCo's qpos, and which bodies are watched.
struct Anatomy {
  SnapshotLayout layout;
  std::vector<JointTerm> joints;  ///< one per body but the root
  std::vector<int> keys;          ///< skeleton bodies
  bool angles = false;            ///< joint_obs: angle
  int nq = 7;

  static Anatomy of(const Skeleton& skeleton, const std::vector<int>& key_bodies, bool angles);
};

class Reference {
 public:
  /// Working memory of one caller; sized at the first use.
  struct Scratch {
    MotionState state;
    BodyPoses poses;
    std::vector<double> qpos, qvel, dofs;
  };

  Reference(Dataset dataset, Anatomy anatomy);

  const MotionSampler& sampler() const { return sampler_; }
  const Anatomy& anatomy() const { return anatomy_; }

  /// Fills scratch: state, dofs (exponential maps for balls), qpos and qvel (root angular velocity
  /// in the root's frame).
  void sample(int motion, double time, Scratch& s) const;

  /// The same and world poses of all bodies.
  void pose(int motion, double time, Scratch& s) const;

  /// The snapshot at `time`; scratch as after pose().
  void snapshot(int motion, double time, Scratch& s, float* out) const;

  /// Snapshots at time - (steps - 1) dt ... time, oldest first; scratch as after pose(time).
  void window(int motion, double time, int steps, double dt, Scratch& s, float* out) const;

  /// Mean velocity (x, y) of the root in its heading frame, m/s.
  const std::array<float, 2>& mean_velocity(int motion) const {
    return mean_velocity_[static_cast<size_t>(motion)];
  }

  /// Phase in [0, 1] of a motion time.
  double phase(int motion, double time) const;

 private:
  MotionSampler sampler_;
  Anatomy anatomy_;
  std::vector<std::array<float, 2>> mean_velocity_;
};

}  // namespace motus::sim
