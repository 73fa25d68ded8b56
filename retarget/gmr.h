#pragma once
// The scheme of GMR (Araujo et al. 2025, arXiv 2510.02252) written anew from its description: the
// baseline that retargeting is compared with, never the default.
//
// Every frame alone, warm-started: two stages of inverse kinematics with frame tasks (twist
// errors in the body's frame), gain 1, damping 0.5 plus the squared weighted error, configuration
// limits at 0.95 of the way left; a stage takes one step, then up to ten more while the unweighted
// error drops by more than 0.001. No contacts, no ground, no self-collision, no smoothing, and no
// limit of speed: the published program has none that works.
#include "retarget/body.h"
#include "retarget/gmr_tables.h"
#include "retarget/model.h"
#include "retarget/observe.h"
#include "retarget/track.h"
#include "retarget/twist.h"

namespace motus::retarget {

struct GmrTask {
  int body = 0;                         ///< of the robot
  Vec3 point = Vec3::Zero();            ///< m, in the body's frame
  std::array<double, 2> pos{}, turn{};  ///< weights of the two stages
};

struct GmrPlan {
  std::vector<GmrTask> tasks;
  std::vector<std::vector<Transform>> targets;  ///< (F, tasks)
  double scale = 1;                             ///< of the root's travel
  std::string note;                             ///< which tables, and what had to be made up
};

/// Throws Error(bad_input) for a robot without published tables, or a source without a body that
/// they name.
GmrPlan gmr_plan(const Clip& source, const RoleMap& roles, const RobotBody& robot);

struct GmrStats {
  double iterations = 0;  ///< a frame, both stages
};
GmrStats gmr_solve(const GmrPlan& plan, const RobotBody& robot, Track& out);

}  // namespace motus::retarget
