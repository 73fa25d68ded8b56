#pragma once
// How far a character is from its clip at the same moment: MimicKit's log_tracking_error.
#include <cstdint>
#include <map>
#include <string>

#include "sim/scene.h"

namespace motus::sim {

/// Sums over moments. Plain bytes: part of a saved state.
struct TrackingError {
  double root_pos = 0, root_rot = 0;  ///< m, rad
  double body_pos = 0, body_rot = 0;  ///< m from the root, rad; means over bodies
  /// Means of the components' sizes, rad/s and m/s.
  double dof_vel = 0, root_vel = 0, root_ang_vel = 0;
  int64_t moments = 0;

  /// Adds a moment, after mj_kinematics.
  void add(Scene& s);
  void add(const TrackingError& other);
  /// "tracking_root_pos" and so on: means over the moments.
  void tell(std::map<std::string, double>& out) const;
};

}  // namespace motus::sim
