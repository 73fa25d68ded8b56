#pragma once
// How an action moves a character over one control step. A mode is a class and a line in the table
// of control.cpp, named as the engine YAML's control_mode names it:
//   pos          targets, rad, for MuJoCo's own PD (implicit in its damping)
//   pd_explicit  targets, rad, for our PD: torque = clip(kp * (target - q) - kd * qd, +-limit), computed
//                anew in every physics step
//   vel          targets, rad/s: torque = clip(kd * (target - qd), +-limit)
//   torque       N m, clipped to +-limit
//   none         nothing: the character falls as it may
// Of a ball, q is its rotation vector, qd its velocity in the child's frame.
//
// One object serves all environments, from several threads at once, and holds nothing that changes.
#include <memory>
#include <string>
#include <vector>

#include "sim/actions.h"
#include "sim/env_config.h"
#include "sim/model.h"
#include "sim/scene.h"

namespace motus::sim {

class Control {
 public:
  virtual ~Control() = default;

  /// What the policy's numbers mean, one row per dof.
  const ActionRange& range() const { return range_; }

  /// An episode begins with these dofs (D); qpos and qvel are set.
  virtual void start(const Scene& s, const double* dofs) const = 0;
  /// Advances by one control step. False if the action is not finite; then nothing moved.
  virtual bool step(const Scene& s, const float* action) const = 0;
  /// The action (D) that aims at the clip's next moment.
  virtual void playback(const Reference::Scratch& next, float* action) const = 0;

 protected:
  /// One step of the physics. Torques are noted where somebody asks.
  static void substep(const Scene& s);

  ActionRange range_;
};

/// The control of a configuration over a model that was built with it.
std::unique_ptr<Control> make_control(const EnvConfig& config, const Reference& reference,
                                      const SimModel& model);

/// Names of the modes.
std::vector<std::string> control_modes();

/// What the control of a configuration sends to the motors of the model.
Actuation actuation_of(const EnvConfig& config);

}  // namespace motus::sim
