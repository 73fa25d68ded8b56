#pragma once
// What a motion asks of a robot's body and motors, by MuJoCo's own mechanics: for motion/check.h,
// which knows no simulator.
#include "motion/check.h"

namespace motus::sim {

/// Torques and self-contacts of a clip of `robot` (whose model file must be there).
///
/// Torques: inverse dynamics (mj_rne, plus armature) with rates taken over 1/30 s, so that noise
/// between frames is not taken for work. What the six equations of the root need is pushed by the
/// floor at the collision points within 15 mm of it, as far as feet that neither pull nor slip
/// (friction 1) can, and taken off the joints; where that asks a motor for more than it has, of all
/// forces that do the same, those that ask the motors for the least. The first and last 1/30 s repeat
/// their neighbours.
///
/// Self-contacts: pairs of bodies whose shapes overlap, the deepest in each frame; pairs that
/// overlap in the zero or the default pose too are the model's and are left out.
CheckPhysics clip_physics(const Clip& clip, const Robot& robot);

}  // namespace motus::sim
