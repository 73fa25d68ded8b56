#include "sim/control.h"

#include <algorithm>
#include <cmath>

#include "motion/error.h"

namespace motus::sim {

namespace {

/// Position targets: MuJoCo's actuators are the PD controllers (sim/model.h).
class PositionControl : public Control {
 public:
  PositionControl(const EnvConfig& config, const Reference& reference, const SimModel& model)
      : clip_(config.clip_actions), substeps_(config.substeps()), kp_(model.kp), kd_(model.kd) {
    range_ = action_range(config, reference, model.kp, model.kd, model.torque_limit);
  }

  void start(const Scene& s, const double* dofs) const override {
    std::copy_n(dofs, kp_.size(), s.d->ctrl);
  }

  bool step(const Scene& s, const float* action) const override {
    for (size_t k = 0; k < kp_.size(); ++k) {
      float a = action[k];
      if (!std::isfinite(a)) return false;
      if (clip_) a = std::clamp(a, -1.0f, 1.0f);
      s.d->ctrl[k] = a * range_.scale[k] + range_.centre[k];
    }
    for (int i = 0; i < substeps_; ++i) substep(s);
    return true;
  }

  /// With the lead that damping needs: target = q + kd/kp qd.
  void playback(const Reference::Scratch& next, float* action) const override {
    for (size_t k = 0; k < kp_.size(); ++k) {
      const double target = next.dofs[k] + kd_[k] / kp_[k] * next.state.dof_vel[k];
      action[k] = static_cast<float>((target - range_.centre[k]) / range_.scale[k]);
    }
  }

 protected:
  bool clip_;
  int substeps_;
  std::vector<double> kp_, kd_;
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
    std::copy(rest_.begin(), rest_.end(), s.d->ctrl);
    s.d->ctrl[dof] = std::sin(2 * kPi * t) * range_.scale[dof] + range_.centre[dof];
    mjtNum root[7];
    std::copy_n(s.d->qpos, 7, root);
    for (int i = 0; i < substeps_; ++i) {
      substep(s);
      std::copy_n(root, 7, s.d->qpos);
      std::fill_n(s.d->qvel, 6, 0.0);
    }
    return true;
  }

 private:
  static constexpr double kSwing = 4, kPi = 3.14159265358979323846;  // s a dof
  std::vector<double> rest_;
};

struct Mode {
  const char* name;
  std::unique_ptr<Control> (*make)(const EnvConfig&, const Reference&, const SimModel&);
};

template <typename T>
std::unique_ptr<Control> make(const EnvConfig& c, const Reference& r, const SimModel& m) {
  return std::make_unique<T>(c, r, m);
}

/// All of them; a new one is a line here.
constexpr Mode kModes[] = {{"pos", make<PositionControl>}};

/// Environments in which no policy acts; their name decides before the control mode does.
constexpr Mode kShows[] = {{"view_motion", make<ReplayControl>},
                           {"char_dof_test", make<SweepControl>}};

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
  for (const Mode& mode : kShows) {
    if (config.env_name == mode.name) return mode.make(config, reference, model);
  }
  for (const Mode& mode : kModes) {
    if (config.control_mode == mode.name) return mode.make(config, reference, model);
  }
  throw_error(Kind::not_built, "control_mode {} is not in this build", config.control_mode);
}

std::vector<std::string> control_modes() {
  std::vector<std::string> out;
  for (const Mode& mode : kModes) out.emplace_back(mode.name);
  return out;
}

}  // namespace motus::sim
