#pragma once
// The linter of motions: rules as rows of one table. A rule finds what is wrong with a clip and
// says where, or says why it cannot judge. Limits are those the field meets as trouble in real
// files: staircase frames, sliding and floating feet, limits, spikes, mirrored figures, open loop
// seams.
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "motion/metrics.h"

namespace motus {

enum class Severity { warning, error };

/// One thing that is wrong. `first` and `last` are frames, inclusive.
struct Finding {
  std::string_view rule;
  Severity severity = Severity::error;
  std::string clip;
  int first = 0, last = 0;
  std::string part;  ///< body, dof or channel; may be empty
  double value = 0;  ///< the worst, in `unit`
  double limit = 0;  ///< what was allowed
  std::string_view unit;
};

/// A rule that could not judge, and why.
struct Skipped {
  std::string_view rule;
  std::string reason;
};

/// Mechanics of a clip on a robot, from a room that simulates (sim/clip_physics.h).
struct SelfContact {
  int frame = 0;
  int body_a = 0, body_b = 0;
  double depth = 0;  ///< m
};
struct CheckPhysics {
  Frames torque;                     ///< (F, D) N m
  std::vector<double> torque_limit;  ///< (D) N m, infinite = unknown
  std::vector<SelfContact> contacts;
};

struct CheckReport {
  std::vector<Finding> findings;
  std::vector<Skipped> skipped;
};

/// What a rule sees: the clip, the robot if there is one, its mechanics if they were computed, and
/// quantities several rules share.
class CheckSubject {
 public:
  CheckSubject(const Clip& clip, const Robot* robot, const CheckPhysics* physics = nullptr);
  const Clip& clip() const { return clip_; }
  const Robot* robot() const { return robot_; }
  const CheckPhysics* physics() const { return physics_; }
  const Skeleton& skeleton() const { return *clip_.skeleton; }
  /// (F - 1, B), see rotation_steps().
  const Frames& steps() const { return steps_; }
  /// Points that may touch the floor; empty if unknown.
  const FloorTracks& tracks() const { return tracks_; }

 private:
  const Clip& clip_;
  const Robot* robot_;
  const CheckPhysics* physics_;
  Frames steps_;
  FloorTracks tracks_;
};

/// What a rule adds to; fills in rule, severity and clip.
class Findings {
 public:
  Findings(CheckReport& report, std::string_view rule, Severity severity, std::string clip)
      : report_(report), rule_(rule), severity_(severity), clip_(std::move(clip)) {}
  void add(int first, int last, std::string part, double value, double limit,
           std::string_view unit);
  void skip(std::string reason);

 private:
  CheckReport& report_;
  std::string_view rule_;
  Severity severity_;
  std::string clip_;
};

struct CheckRule {
  std::string_view name;
  Severity severity;
  std::string_view what;  ///< one line for people
  void (*run)(const CheckSubject&, Findings&);
};

/// All rules, in the order they run.
std::span<const CheckRule> check_rules();

/// Runs all rules on a clip that passes Clip::validate(). `robot` gives limits and collision shapes
/// and must have the clip's skeleton; null for characters and unknown robots.
/// `physics` gives torques and self-contacts; null where nobody computed them. `only` runs the rule
/// of that name alone.
CheckReport check(const Clip& clip, const Robot* robot, const CheckPhysics* physics = nullptr,
                  std::string_view only = {});

/// "walk: foot-slide: left_foot, frames 12-40: 81.2 mm/s, limit 50"
std::string describe(const Finding& finding);

}  // namespace motus
