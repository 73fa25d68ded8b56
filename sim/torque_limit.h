#pragma once
// Torque limits of stiff drives at a coarse time step. Internal to sim/ (MuJoCo types).
//
// MuJoCo clips the force of an actuator before the step and then leaves its damping out of the implicit
// integration (mjd_actuator_vel skips what a forcerange clips). A clipped drive is thus an explicit one:
// within a step of h it changes its dof's velocity by h limit / I, and where h kd / I is beyond 2 that is
// more than the band 2 limit / kd within which it is not clipped. It then bangs between its two limits,
// step after step; light bodies of characters whose gains were made for PhysX (MimicKit's, at 120 Hz)
// are thrown until the simulation diverges, and long before that every velocity is noise.
//
// A damped limit clips the command so that the force stays within the limit, and leaves the damping
// implicit: the force at the end of the step is never beyond the limit, and a clipped drive is slower to
// speed up than the true one. It is chosen where h kd / I, with MuJoCo's own measure of I, is beyond
// kStiff. Compared with 3840 Hz, one control step after random targets of a tenth of the range: error of
// the dofs' velocities 3.6 -> 0.17 rad/s for smpl (h kd / I from 4 to 22), 2.5 -> 0.35 for humanoid (most
// from 5 to 25); below kStiff (g1, go2, pi_plus: up to 2.8) plain clipping is the better one.
#include <mujoco/mujoco.h>

#include <string>

namespace motus::sim {

constexpr double kStiff = 3;  ///< h kd / I

/// Marks the actuators of a PD or velocity drive whose limit is to be damped, by `rule`: auto | explicit |
/// damped. Their forcerange stays, for limit_commands(), but no longer clips.
void mark_damped_limits(mjModel* m, const std::string& rule);

/// Clips the commands of the marked actuators for the state that d is in. Before every mj_step.
void limit_commands(const mjModel* m, mjData* d);

}  // namespace motus::sim
