#include "sim/torque_limit.h"

#include <algorithm>
#include <cmath>

namespace motus::sim {

namespace {

bool damped(const mjModel* m, int actuator) {
  return !m->actuator_forcelimited[actuator] && m->actuator_forcerange[2 * actuator + 1] > 0;
}

/// The command at which the actuator's force is within its limit. Of a ball's position drive, MuJoCo
/// takes the error to the nearer side, so no command asks for an error beyond pi: a component that turns
/// faster than (pi kp + limit) / kd is braked with more than its limit.
mjtNum limited(const mjModel* m, int actuator, mjtNum command, mjtNum q, mjtNum qd, bool wraps) {
  const mjtNum gain = m->actuator_gainprm[mjNGAIN * actuator];
  const mjtNum* bias = m->actuator_biasprm + mjNBIAS * actuator;
  const mjtNum* range = m->actuator_forcerange + 2 * actuator;
  if (wraps) command = q + std::remainder(command - q, 2 * mjPI);
  const mjtNum rest = bias[1] * q + bias[2] * qd;
  const mjtNum force = gain * command + rest;
  if (force >= range[0] && force <= range[1]) return command;
  command = (std::clamp(force, range[0], range[1]) - rest) / gain;
  constexpr mjtNum kHalfTurn = mjPI * (1 - 1e-12);
  return wraps ? std::clamp(command, q - kHalfTurn, q + kHalfTurn) : command;
}

}  // namespace

void mark_damped_limits(mjModel* m, const std::string& rule) {
  if (rule == "explicit") return;
  for (int a = 0; a < m->nu; ++a) {
    const mjtNum kd = -m->actuator_biasprm[mjNBIAS * a + 2];
    // a motor has no damping to keep; without gain a command moves nothing
    const bool drive =
        m->actuator_biastype[a] == mjBIAS_AFFINE && kd > 0 && m->actuator_gainprm[mjNGAIN * a] > 0;
    if (!drive || !m->actuator_forcelimited[a]) continue;
    const int dof = m->jnt_dofadr[m->actuator_trnid[2 * a]];
    if (rule == "damped" || m->opt.timestep * kd * m->dof_invweight0[dof] > kStiff) {
      m->actuator_forcelimited[a] = 0;
    }
  }
}

void limit_commands(const mjModel* m, mjData* d) {
  for (int a = 0; a < m->nu;) {
    const int joint = m->actuator_trnid[2 * a];
    const mjtNum* q = d->qpos + m->jnt_qposadr[joint];
    const mjtNum* qd = d->qvel + m->jnt_dofadr[joint];
    if (m->jnt_type[joint] != mjJNT_BALL) {
      if (damped(m, a)) d->ctrl[a] = limited(m, a, d->ctrl[a], q[0], qd[0], false);
      ++a;
      continue;
    }
    if (damped(m, a) || damped(m, a + 1) || damped(m, a + 2)) {
      mjtNum angles[3];
      mju_quat2Vel(angles, q, 1);
      for (int k = 0; k < 3; ++k) {
        if (!damped(m, a + k)) continue;
        const bool position = m->actuator_biasprm[mjNBIAS * (a + k) + 1] != 0;
        d->ctrl[a + k] = limited(m, a + k, d->ctrl[a + k], angles[k], qd[k], position);
      }
    }
    a += 3;
  }
}

}  // namespace motus::sim
