#pragma once
// What an edit of the motion means for the channels that travel with it. A channel says what it is
// by its units ("m", "m/s", "rad/s", "1"), its components (3 = vectors, 4 = quaternions) and its
// frame ("world" or relative to the figure).
#include "motion/clip.h"

namespace motus {

/// True for vectors and quaternions in the world and for whatever is a rate.
bool is_world(const Channel& channel);
bool is_rate(const Channel& channel);

/// World channels follow the figure: x -> turn * x, and points (units "m") by `shift` (m) after it.
/// So does the terrain, which a turn removes: its grid lies along the axes.
void move_channels(Clip& clip, const Quat& turn, const Vec3& shift);

/// Rates ("m/s", "rad/s") times `factor`.
void scale_rates(Clip& clip, double factor);

/// Removes the channels that repeat in another form what a changed pose no longer says (poses and
/// rates of bodies, rates of dofs). Labels (contacts) and what belongs to the skeleton
/// (joint_pos_local) stay. Returns the names removed.
std::vector<std::string> drop_derived_channels(Clip& clip);

}  // namespace motus
