#pragma once
// Any skeleton's motion to a robot: map, observe, plan, solve, report.
#include <optional>

#include "retarget/map.h"
#include "retarget/report.h"
#include "retarget/rest.h"

namespace motus::retarget {

/// draft: one causal sweep. full: also a smoothing pass over the whole clip, and stance made exact.
enum class Quality { draft, full };

/// motus: the whole of this room. gmr: the published baseline (retarget/gmr.h), for comparison.
enum class Scheme { motus, gmr };

struct Options {
  RoleNames map;                ///< roles said by the user; win over names
  Rest rest = Rest::automatic;  ///< the pose that says which way a character's bodies look
  bool peng = false;            ///< four legs by Peng's rule (retarget/plan_dog.h), to compare with
  std::optional<double> fps;    ///< of the result; unset = the source's
  std::optional<double> scale;  ///< robot length per source length; unset = ratio of the legs
  Scheme scheme = Scheme::motus;
  Quality quality = Quality::full;
  int iterations = 0;          ///< solver steps a frame; 0 = by quality: 2 or 3
  int jobs = 1;                ///< threads for this clip; the result does not depend on it
  bool formulas = true;        ///< where the robot has them (retarget/closed.h)
  bool copy_same_dofs = true;  ///< a clip of the same robot keeps its joint angles
};

/// What one stage of the work did and took.
struct Stage {
  std::string name;
  double ms = 0;
  std::vector<std::pair<std::string, double>> numbers;
};

struct Result {
  Clip clip;
  Clip source;  ///< the frames that `clip` answers to, one by one
  Report report;
  RoleMap roles;  ///< of the source
  std::vector<Stage> stages;
};

/// Throws Error(bad_input) if the source cannot be matched, or if one has two legs and the other
/// four. The result's dofs lie within the robot's limits, always. A source that is moved in is not
/// copied.
Result run(Clip source, const RobotBody& robot, const Options& options = {});

}  // namespace motus::retarget
