#include "sim/control.h"

#include <algorithm>
#include <cmath>

#include "motion/error.h"

namespace motus::sim {

namespace {

/// Position targets: MuJoCo's actuators are the PD controllers (sim/model.h).
class PositionControl final : public Control {
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
    for (int i = 0; i < substeps_; ++i) mj_step(s.m, s.d);
    return true;
  }

  /// With the lead that damping needs: target = q + kd/kp qd.
  void playback(const Reference::Scratch& next, float* action) const override {
    for (size_t k = 0; k < kp_.size(); ++k) {
      const double target = next.dofs[k] + kd_[k] / kp_[k] * next.state.dof_vel[k];
      action[k] = static_cast<float>((target - range_.centre[k]) / range_.scale[k]);
    }
  }

 private:
  bool clip_;
  int substeps_;
  std::vector<double> kp_, kd_;
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

}  // namespace

std::unique_ptr<Control> make_control(const EnvConfig& config, const Reference& reference,
                                      const SimModel& model) {
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
