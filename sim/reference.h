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
  /// Bodies from below the root down to the one whose pose and velocities stand for the root's;
  /// empty for the root itself.
  std::vector<int> watched;
  std::vector<int> parents, dofs;  ///< (B) parent body, first dof

  /// What snapshots hold besides, and who stands for the root.
  struct Extra {
    bool positions = false;  ///< of dofs
    bool bodies = false;     ///< positions of all of them
    int root_body = 0;
  };
  /// Throws Error(usage) if `root_body` hangs on a series of hinges, Error(bad_input) for joints that
  /// have no meaning here.
  static Anatomy of(const Skeleton& skeleton, const std::vector<int>& key_bodies, bool angles,
                    const Extra& extra);
  static Anatomy of(const Skeleton& skeleton, const std::vector<int>& key_bodies, bool angles) {
    return of(skeleton, key_bodies, angles, Extra{});
  }

  /// The snapshot of a state: generalised positions and velocities as MuJoCo has them, world
  /// positions (B, 3) and rotations (B, 4) of the bodies; rotations may be null when the root is
  /// watched.
  void take(const double* qpos, const double* qvel, const double* body_pos, const double* body_rot,
            float* out) const;

 private:
  void watch(const double* qvel, const double* body_pos, const double* body_rot, float* out) const;
};

class Reference {
 public:
  /// Working memory of one caller; sized at the first use.
  struct Scratch {
    MotionState state;
    BodyPoses poses;
    std::vector<double> qpos, qvel, dofs;
    std::vector<double> body_rot;  ///< (B, 4), where something reads it
    std::vector<float> snapshot, target;
  };

  Reference(Dataset dataset, Anatomy anatomy);

  const MotionSampler& sampler() const { return sampler_; }
  const Anatomy& anatomy() const { return anatomy_; }

  /// Fills scratch: state, dofs (exponential maps for balls), qpos and qvel (root angular velocity
  /// in the root's frame).
  void sample(int motion, double time, Scratch& s) const;

  /// The same and world poses of all bodies.
  void pose(int motion, double time, Scratch& s) const;

  /// Fills scratch as pose() does with a root at rest at `root` (position 3, exponential map 3) and
  /// dofs (D).
  void rest(const double* root, const double* dofs, Scratch& s) const;

  /// The snapshot of scratch's pose.
  void take(Scratch& s, float* out) const;

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
  void generalise(Scratch& s) const;
  MotionSampler sampler_;
  Anatomy anatomy_;
  std::vector<std::array<float, 2>> mean_velocity_;
};

}  // namespace motus::sim
