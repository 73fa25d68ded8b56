#pragma once
// What every scene stands on: a chequered floor at z = 0 whose squares are half a metre, a pale
// sky, one light that casts shadows.
struct mjSpec_;

namespace motus {
struct Terrain;
}

namespace motus::view {

/// A new specification with the floor, the sky and the light; the caller deletes it. With `ground` the
/// floor is that height field.
mjSpec_* make_stage(const Terrain* ground = nullptr);

/// Keeps MuJoCo from writing MUJOCO_LOG.TXT into the working folder.
void quiet_mujoco();

}  // namespace motus::view
