#pragma once
// What a retargeting came to: the metrics against the source, the verdict, and how well the result
// keeps the footsteps planned for it.
#include <map>
#include <span>
#include <string>

#include "retarget/metrics.h"
#include "retarget/plan.h"

namespace motus::retarget {

struct Report : Measured {
  Verdict verdict;
  std::string scheme;  ///< "motus full", "gmr; tables: ..."
  // of a scheme that plans footsteps; about the point that a planted foot stands on or rolls over
  double pelvis_drop = 0;    ///< m, largest lowering for reach
  double planted_share = 0;  ///< of (frame, foot) pairs
  double plant_slide = 0;    ///< m/s, mean horizontal speed
  double plant_slide_max = 0;
  double foot_error = 0;     ///< m, mean distance of ankles from their targets
  double loop_residual = 0;  ///< rad, closed at the seam; 0 for clips that do not wrap
};

/// What is kept of a foot's target to measure by.
struct Footstep {
  Vec3 ankle = Vec3::Zero();
  bool planted = false;
  signed char rolls = 0;  ///< 1 over the toe, -1 over the heel
};
/// (F * legs)
std::vector<Footstep> footsteps(std::span<const Target> targets, size_t legs);

/// Fills in the numbers about planted feet: where `body.robot` is against its footsteps.
void measure_plan(const Figure& robot, const RobotBody& body, std::span<const Footstep> steps,
                  Report& report);

/// name -> value, SI units: the metrics and the plan's.
std::map<std::string, double> numbers(const Report& report);

/// One JSON object: scheme, grade, reasons, the metrics, bodies and limbs.
std::string json(const Report& report, const std::string& clip);

}  // namespace motus::retarget
