#pragma once
// How good a retargeted clip is, measured on the result.
#include <map>
#include <span>
#include <string>

#include "motion/clip.h"
#include "retarget/body.h"
#include "retarget/plan.h"

namespace motus::retarget {

struct Report {
  int frames = 0;
  double scale = 1;          ///< robot length per source length
  double pelvis_drop = 0;    ///< m, largest lowering for reach
  double planted_share = 0;  ///< of (frame, foot) pairs
  double slide = 0;      ///< m/s, mean horizontal speed of the point that a planted foot rolls over
  double slide_max = 0;  ///< m/s
  double penetration_share = 0;  ///< of frames with a foot's sole below -5 mm
  double penetration_max = 0;    ///< m, deepest point of a sole below the floor
  double float_mean = 0;         ///< m, height of the sole of planted feet
  double limit_outside = 0;      ///< share of (frame, dof) outside the limits: 0 by construction
  double limit_saturated = 0;    ///< share of (frame, dof) within 0.01 rad of a limit
  std::string most_saturated;    ///< dof
  double most_saturated_share = 0;
  double direction_error = 0;    ///< rad, mean angle between source and robot limb segments
  double foot_error = 0;         ///< m, mean distance of ankles from their targets
  double velocity_max = 0;       ///< rad/s, of any dof
  double acceleration_mean = 0;  ///< rad/s^2, of dofs
  double speed = 0;              ///< m/s, mean horizontal speed of the root
  double loop_residual = 0;      ///< rad, closed at the seam; 0 for clips that do not wrap

  /// name -> value, in a fixed order of names.
  std::map<std::string, double> numbers() const;
  /// One JSON object.
  std::string json(const std::string& clip) const;
};

/// `clip` on `body.robot`, frame by frame with `targets`.
Report measure(const Clip& clip, const RobotBody& body, std::span<const Target> targets);

}  // namespace motus::retarget
