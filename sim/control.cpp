#include "sim/control.h"

#include <algorithm>
#include <cmath>

#include "motion/error.h"
#include "sim/delay.h"
#include "sim/torque_limit.h"

namespace motus::sim {

namespace {

/// A command a dof, from the policy's numbers, to the motors in every physics step.
class MotorControl : public Control {
 public:
  MotorControl(const EnvConfig& config, const Reference& reference, const SimModel& model)
      : clip_(config.clip_actions),
        substeps_(config.substeps()),
        kp_(model.kp),
        kd_(model.kd),
        still_(model.kp.size(), 0.0) {
    range_ = action_range(config, reference, model.kp, model.kd, model.torque_limit);
  }

  void start(const Scene& s, const double* dofs) const override {
    const double* command = at_rest(dofs);
    if (s.delay) s.delay->fill(s.env, command);
    drive(s, command);
  }

  bool step(const Scene& s, const float* action) const override {
    mj_markStack(s.d);
    mjtNum* command = mj_stackAllocNum(s.d, kp_.size());
    const bool finite = read(action, command);
    if (finite && s.delay) s.delay->give(s.env, command);
    for (int i = 0; finite && i < substeps_; ++i) {
      drive(s, s.delay ? s.delay->heard(s.env, i) : command);
      substep(s);
    }
    mj_freeStack(s.d);
    return finite;
  }

  void playback(const Reference::Scratch& /*next*/, float* action) const override {
    std::fill_n(action, kp_.size(), 0.0f);
  }

 protected:
  /// What is commanded before the policy has spoken, in a pose (D).
  virtual const double* at_rest(const double* /*dofs*/) const { return still_.data(); }
  /// Before a physics step.
  virtual void drive(const Scene& s, const double* command) const {
    std::copy_n(command, kp_.size(), s.d->ctrl);
    limit_commands(s.m, s.d);
  }

  bool clip_;
  int substeps_;
  std::vector<double> kp_, kd_, still_;

 private:
  /// False for a number that is not finite.
  bool read(const float* action, double* command) const {
    for (size_t k = 0; k < kp_.size(); ++k) {
      float a = action[k];
      if (!std::isfinite(a)) return false;
      if (clip_) a = std::clamp(a, -1.0f, 1.0f);
      command[k] = a * range_.scale[k] + range_.centre[k];
    }
    return true;
  }
};

/// Position targets: MuJoCo's actuators are the PD controllers (sim/model.h).
class PositionControl : public MotorControl {
 public:
  using MotorControl::MotorControl;

  /// With the lead that damping needs: target = q + kd/kp qd.
  void playback(const Reference::Scratch& next, float* action) const override {
    for (size_t k = 0; k < kp_.size(); ++k) {
      const double target = next.dofs[k] + kd_[k] / kp_[k] * next.state.dof_vel[k];
      action[k] = static_cast<float>((target - range_.centre[k]) / range_.scale[k]);
    }
  }

 protected:
  const double* at_rest(const double* dofs) const override { return dofs; }
};

/// Position targets for a PD of our own. The motors clip the torque at their limits and scale it by
/// their strength; their bias, which does nothing in this mode, holds the gains of the episode.
class ExplicitControl final : public PositionControl {
 public:
  using PositionControl::PositionControl;

 protected:
  void drive(const Scene& s, const double* command) const override {
    const mjModel* m = s.m;
    const int dofs = static_cast<int>(kp_.size());
    for (int j = 1, k = 0; k < dofs; ++j) {
      const mjtNum* q = s.d->qpos + m->jnt_qposadr[j];
      const mjtNum* qd = s.d->qvel + m->jnt_dofadr[j];
      if (m->jnt_type[j] == mjJNT_BALL) {
        mjtNum angles[3];
        mju_quat2Vel(angles, q, 1);
        for (int i = 0; i < 3; ++i, ++k) s.d->ctrl[k] = pd(m, k, command[k] - angles[i], qd[i]);
      } else {
        s.d->ctrl[k] = pd(m, k, command[k] - q[0], qd[0]);
        ++k;
      }
    }
  }

 private:
  static double pd(const mjModel* m, int k, double error, double velocity) {
    const mjtNum* bias = m->actuator_biasprm + mjNBIAS * k;
    return -bias[1] * error + bias[2] * velocity;
  }
};

/// Velocity targets: MuJoCo's actuators are the damping of the PD controllers.
class VelocityControl final : public MotorControl {
 public:
  using MotorControl::MotorControl;

  void playback(const Reference::Scratch& next, float* action) const override {
    for (size_t k = 0; k < kp_.size(); ++k) {
      action[k] = (static_cast<float>(next.state.dof_vel[k]) - range_.centre[k]) / range_.scale[k];
    }
  }
};

/// Motors that never get a command.
class NoControl final : public MotorControl {
 public:
  using MotorControl::MotorControl;

 protected:
  void drive(const Scene& /*s*/, const double* /*command*/) const override {}
};

/// The clip itself, for looking at it (MimicKit's view_motion): whatever the action, the state at the
/// end of the step is the clip's.
class ReplayControl final : public PositionControl {
 public:
  using PositionControl::PositionControl;
  bool step(const Scene& s, const float* /*action*/) const override {
    Reference::Scratch& clip = *s.scratch;
    s.reference->sample(s.clock->motion, s.motion_time() + s.dt, clip);
    std::copy(clip.qpos.begin(), clip.qpos.end(), s.d->qpos);
    std::copy(clip.qvel.begin(), clip.qvel.end(), s.d->qvel);
    return true;
  }
};

/// Each dof in turn swings once between its targets at action -1 and 1 while the others hold their
/// rest and the root hangs still (MimicKit's char_dof_test). Environment e begins at dof e.
class SweepControl final : public PositionControl {
 public:
  SweepControl(const EnvConfig& config, const Reference& reference, const SimModel& model)
      : PositionControl(config, reference, model), rest_(kp_.size(), 0) {
    if (config.init_pose.size() == 6 + rest_.size()) {
      std::copy(config.init_pose.begin() + 6, config.init_pose.end(), rest_.begin());
    }
  }
  bool step(const Scene& s, const float* /*action*/) const override {
    const double t = s.time() / kSwing;
    const size_t dof = (static_cast<size_t>(t) + static_cast<size_t>(s.env)) % rest_.size();
    mj_markStack(s.d);
    mjtNum* command = mj_stackAllocNum(s.d, rest_.size());
    std::copy(rest_.begin(), rest_.end(), command);
    command[dof] = std::sin(2 * kPi * t) * range_.scale[dof] + range_.centre[dof];
    mjtNum root[7];
    std::copy_n(s.d->qpos, 7, root);
    for (int i = 0; i < substeps_; ++i) {
      drive(s, command);
      substep(s);
      std::copy_n(root, 7, s.d->qpos);
      std::fill_n(s.d->qvel, 6, 0.0);
    }
    mj_freeStack(s.d);
    return true;
  }

 private:
  static constexpr double kSwing = 4, kPi = 3.14159265358979323846;  // s a dof
  std::vector<double> rest_;
};

template <typename T>
std::unique_ptr<Control> make(const EnvConfig& c, const Reference& r, const SimModel& m) {
  return std::make_unique<T>(c, r, m);
}

struct Mode {
  const char* name;
  Actuation actuation;
  std::unique_ptr<Control> (*make)(const EnvConfig&, const Reference&, const SimModel&);
};

/// All of them; a new one is a line here.
constexpr Mode kModes[] = {{"pos", Actuation::position, make<PositionControl>},
                           {"pd_explicit", Actuation::torque, make<ExplicitControl>},
                           {"vel", Actuation::velocity, make<VelocityControl>},
                           {"torque", Actuation::torque, make<MotorControl>},
                           {"none", Actuation::torque, make<NoControl>}};

/// Environments in which no policy acts; their name decides before the control mode does.
constexpr Mode kShows[] = {{"view_motion", Actuation::position, make<ReplayControl>},
                           {"char_dof_test", Actuation::position, make<SweepControl>}};

const Mode& mode_of(const EnvConfig& config) {
  for (const Mode& mode : kShows) {
    if (config.env_name == mode.name) return mode;
  }
  for (const Mode& mode : kModes) {
    if (config.control_mode == mode.name) return mode;
  }
  throw_error(Kind::usage, "there is no control_mode {}", config.control_mode);
}

}  // namespace

void Control::substep(const Scene& s) {
  mj_step(s.m, s.d);
  if (!s.effort) return;
  // the torques acted until now, over the way of the new velocities
  const double dt = s.m->opt.timestep;
  const mjtNum *torque = s.d->qfrc_actuator + 6, *velocity = s.d->qvel + 6;
  Effort& e = *s.effort;
  e.seconds += dt;
  for (size_t k = 0; k < e.work.size(); ++k) {
    const double size = std::abs(torque[k]);
    e.work[k] += dt * size * std::abs(velocity[k]);
    e.peak[k] = std::max(e.peak[k], size);
    if (size >= 0.999 * e.limit[k]) e.at_limit[k] += dt;
  }
}

std::unique_ptr<Control> make_control(const EnvConfig& config, const Reference& reference,
                                      const SimModel& model) {
  return mode_of(config).make(config, reference, model);
}

std::vector<std::string> control_modes() {
  std::vector<std::string> out;
  for (const Mode& mode : kModes) out.emplace_back(mode.name);
  return out;
}

Actuation actuation_of(const EnvConfig& config) {
  return mode_of(config).actuation;
}

}  // namespace motus::sim
