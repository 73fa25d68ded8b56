#pragma once
// What the learner sees of a simulation: many environments stepped together, plain spans of floats.
// No MuJoCo and no Torch type appears here.
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "motion/effort.h"
#include "motion/marker.h"

namespace motus::sim {

/// Why an episode ended. A failure's future is worth nothing, a time-out's is estimated by the
/// critic.
enum class Done : uint8_t { no = 0, fail = 1, success = 2, time = 3 };

/// A character seen in a mirror (left for right): mirrored[i] = sign[i] * original[from[i]].
struct Mirror {
  std::vector<int> from;
  std::vector<float> sign;
};

/// Sizes and names that never change.
struct EnvSpec {
  int envs = 0;
  int obs = 0;                ///< width of an observation
  int critic_obs = 0;         ///< width of a critic's own observation; 0: it sees obs()
  int actions = 0;            ///< width of an action = dofs
  int disc_obs = 0;           ///< width of a discriminator observation (all history steps)
  double control_dt = 0;      ///< s
  double episode_length = 0;  ///< s
  /// A policy's action a is the target a * scale + centre, rad (exponential map components for
  /// balls).
  std::vector<float> action_centre, action_scale;  ///< (actions)
  std::vector<std::string> dof_names, body_names;
  /// Of observations (obs) and of targets in rad (actions); empty where there is none, and why.
  Mirror obs_mirror, dof_mirror;
  Mirror critic_mirror;  ///< of critic observations, where critics have their own
  std::string no_mirror = "this environment has no mirror";
};

/// What the simulated character does, for tests of a policy and for play-back.
struct Pose {
  double root_pos[3];           ///< m, world
  double root_rot[4];           ///< w x y z
  double root_vel[3];           ///< m/s, world
  std::vector<double> dof_pos;  ///< (D) rad
  std::vector<double> dof_vel;  ///< (D) rad/s
};

/// A velocity to hold, in the frame of the character's commanded heading.
struct Command {
  double vx = 0, vy = 0;  ///< m/s ahead and to the left
  double wz = 0;          ///< rad/s to the left
};

/// A hand that pulls at one body of one environment.
struct Pull {
  int env = 0, body = -1;       ///< of EnvSpec::body_names; -1 = nothing is pulled
  double force[3] = {0, 0, 0};  ///< N, world, at the body's centre of mass
};

/// Spans stay valid until the next call of step, reset or load; row e belongs to environment e.
class VecEnv {
 public:
  virtual ~VecEnv() = default;
  virtual const EnvSpec& spec() const = 0;

  /// Starts new episodes in all environments.
  virtual void reset() = 0;

  /// Advances all environments by one control step with actions (E, actions) in the policy's units.
  /// Environments whose episode ends are reset at once: obs() is then the new episode's first
  /// observation, next_obs() the old one's last.
  virtual void step(std::span<const float> actions) = 0;

  virtual std::span<const float> obs() const = 0;  ///< (E, obs) now
  virtual std::span<const float> next_obs()
      const = 0;  ///< (E, obs) after the last step, before resets
  /// What a critic sees instead of obs() (a simulation knows more than a robot measures): rows of
  /// EnvSpec::critic_obs numbers, where that is not 0.
  virtual std::span<const float> critic_obs() const { return obs(); }
  virtual std::span<const float> next_critic_obs() const { return next_obs(); }
  virtual std::span<const float> disc_obs()
      const = 0;  ///< (E, disc_obs) after the last step, before resets
  virtual std::span<const float> rewards() const = 0;  ///< (E) task reward of the last step
  virtual std::span<const Done> done() const = 0;      ///< (E) of the last step

  /// Draws `n` discriminator observations from the clips into out (n, disc_obs).
  virtual void sample_demo(int n, std::span<float> out) = 0;

  /// From the next step on, aligned_demo() holds (E, disc_obs) what disc_obs() would be had each
  /// environment followed its clip: what ADD compares it with. False if this environment cannot.
  virtual bool align_demo() { return false; }
  virtual std::span<const float> aligned_demo() const { return {}; }

  /// Actions (E, actions) that would lead the PD control along the reference from each
  /// environment's own motion time (target = q + kd/kp * qd of the next control step): for the warm
  /// start of an actor.
  virtual void playback_actions(std::span<float> out) const = 0;

  /// Test episodes end by the test's rule only: no velocity envelope, full episode length.
  virtual void set_test(bool test) = 0;

  virtual Pose pose(int env) const = 0;

  /// From the next step on, effort() tells what the motors did in the last step. False if this
  /// environment cannot.
  virtual bool watch_effort() { return false; }
  /// Of one environment; of the old episode where the step ended one.
  virtual Effort effort(int) const { return {}; }

  // What viewers ask for. An environment that has none of it need not answer.

  /// The clip's pose at the environment's own motion time; velocities are zero.
  virtual std::optional<Pose> reference_pose(int) const { return {}; }
  /// Targets and headings of the task, as they are now.
  virtual std::vector<Marker> markers(int) const { return {}; }
  /// From the next step or reset on, all environments follow `command` instead of drawn targets.
  /// False where there is nothing that a velocity could command.
  virtual bool set_command(const Command&) { return false; }
  /// Pulls during every step until told otherwise. False where that cannot be.
  virtual bool pull(const Pull&) { return false; }

  /// Named means for the log since the last call, e.g. "forward_speed".
  virtual std::map<std::string, double> diagnostics() = 0;

  /// Everything an exact resume needs, and back. load() throws Error(bad_input) for another
  /// environment's bytes.
  virtual std::vector<std::byte> save() const = 0;
  virtual void load(std::span<const std::byte> bytes) = 0;
};

}  // namespace motus::sim
