#pragma once
// How good a retargeted clip is, measured against its source and against what the robot can do:
// never against a retargeter's own targets, so that different ones can be compared. m, s, rad; the
// robot's floor is z = 0. Every number is better when smaller, except contact_f1.
//
// Ground truth of contacts: a source foot stands where its ankle and its toe are slower than
// 0.15 m/s and the toe is lower than 8 cm above the clip's floor (of a 1.75 m person, by leg length).
#include <map>
#include <span>
#include <string>
#include <vector>

#include "motion/clip.h"
#include "retarget/body.h"
#include "retarget/figure.h"

namespace motus::retarget {

struct Metrics {
  int frames = 0;
  double contact_share = 0;  ///< of (frame, foot): the source stands
  // M1, M2: over the frames in which the source's foot stands
  double slide = 0;             ///< m/s, mean horizontal speed of the sole where it is lowest: a
                                ///< foot that rolls over its toe or its heel does not slide
  double source_slide = 0;      ///< m/s, of the source's ankle or toe, whichever is slower, times
                                ///< the robot's size
  double skate_share = 0;       ///< above 0.05 m/s
  double skate_fast_share = 0;  ///< above 0.3 m/s (a centimetre a frame at 30 frames/s)
  // M3, M4: all collision points; the sole where the source stands
  double penetration_share = 0;  ///< of frames, deeper than 5 mm
  double penetration_mean = 0;   ///< m, of those frames
  double penetration_max = 0;    ///< m
  double float_mean = 0;         ///< m above 5 mm
  double float_share = 0;        ///< of standing feet, higher than 2 cm
  // M5: source's labels against the robot's (ankle slower than 0.1 m/s, sole below 1.5 cm)
  double contact_f1 = 1;
  // M6
  double limit_outside = 0;    ///< share of (frame, dof) outside by more than 1e-4 rad
  double limit_saturated = 0;  ///< share of (frame, dof) within 0.01 rad of a limit
  double saturated_worst = 0;  ///< the same of the worst dof
  std::string saturated_dof;   ///< its name
  // M7, M8, M9
  double speed_share = 0;      ///< of frames, any dof faster than its motor, where that is known
  double speed_3pi_share = 0;  ///< of frames, any dof faster than 3 pi rad/s
  double speed_max = 0;        ///< rad/s
  std::string speed_dof;       ///< the fastest
  double jump_share = 0;       ///< of frames, any dof faster than 15 rad/s (0.5 rad at 30 frames/s)
  double source_speed_max = 0;   ///< rad/s, of the source's joints: rotations against the parent
  double source_jump_share = 0;  ///< likewise
  double jerk = 0;               ///< rad/s^3, mean over frames and dofs
  double root_jerk = 0;          ///< m/s^3
  double source_root_jerk = 0;   ///< m/s^3, times the robot's size
  double acceleration = 0;       ///< rad/s^2
  // M10: see collision_pairs()
  double collision_share = 0;  ///< of frames, deeper than 5 mm
  double collision_mean = 0;   ///< m, of those frames
  std::string collision_pair;  ///< the most frequent
  // M11 .. M14
  double bone_angle = 0;  ///< rad, mean over segments of limbs, trunk and shoulder line; of four
                          ///< legs, over the lines from hips to feet
  double keypoint_error = 0;  ///< m, knees and ankles from hips, elbows and wrists from shoulders,
                              ///< the source's limb at the robot's length
  double orientation_error = 0;  ///< rad, pelvis, torso, feet, hands, after the constant rotation
                                 ///< that fits best
  double path_error = 0;         ///< m at the source's size, horizontal, from the first frame
  double height_error = 0;       ///< m at the source's size, after the constant that fits best
  double heading_error = 0;      ///< rad
  // M15
  double balance_error = 0;   ///< m, centre of mass outside the soles where both feet stand
  double force_residual = 0;  ///< weights: force that contacts cannot give, of the mass centre
  double scale = 1;           ///< robot length per source length
};

/// Frame by frame, for timelines and for finding the worst.
struct Timeline {
  std::vector<std::string> feet;                               ///< "left_leg" ...
  std::vector<std::vector<char>> source_stands, robot_stands;  ///< (feet, F)
  std::vector<double> slide;      ///< (F) m/s, the faster of the standing feet
  std::vector<double> depth;      ///< (F) m below the floor
  std::vector<double> speed;      ///< (F) fastest dof over its motor's limit (3 pi where unknown)
  std::vector<double> collision;  ///< (F) m
  std::vector<double> bone;       ///< (F) rad, mean
};

/// The constant rotation from a body's frame in the source to the robot's that fits best: what a
/// calibration amounts to.
struct BodyFit {
  std::string name;  ///< "pelvis", "left_hand" ...
  Quat offset = Quat::Identity();
  double error = 0;  ///< rad, mean
};

/// Lengths (m) of a limb.
struct LimbFit {
  std::string name;
  double source = 0, robot = 0;
};

struct Measured {
  Metrics metrics;
  Timeline timeline;
  std::vector<BodyFit> bodies;
  std::vector<LimbFit> limbs;
};

/// `source` and `clip` have the same frames; `rig` is the source's. `scale`: robot length per
/// source length of the way travelled. `jobs`: threads; the result does not depend on it. `robot` takes
/// where the robot's joints are. Throws Error(bad_input) if their frames differ.
Measured measure(const Clip& source, const Rig& rig, const Clip& clip, const RobotBody& body,
                 double scale, int jobs = 1, Figure* robot = nullptr);

/// How a number is shown and judged.
struct MetricRow {
  const char* id;     ///< "M1"
  const char* key;    ///< in JSON, with its unit
  const char* label;  ///< for people
  const char* unit;   ///< for people: the value times `factor`
  double factor;
  double Metrics::* value;
  double warn, reject;  ///< above these (below, for contact_f1); kNever if not judged
};
inline constexpr double kNever = 1e300;
std::span<const MetricRow> metric_rows();

/// key -> value, in SI units.
std::map<std::string, double> numbers(const Metrics& m);

/// One JSON object of numbers() and of the names of the worst dofs and pairs.
std::string json(const Metrics& m);

enum class Grade { pass, warn, reject };
struct Verdict {
  Grade grade = Grade::pass;
  std::vector<std::string> reasons;  ///< one line each, the gravest first
};
Verdict judge(const Metrics& m);
Grade judge(const MetricRow& row, const Metrics& m);
const char* name(Grade grade);

}  // namespace motus::retarget
