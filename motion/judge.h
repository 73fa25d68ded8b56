#pragma once
// How well a policy does what its clips show, from rollouts alone: numbers, and words for what is
// wrong. Nothing here depends on how the policy was trained, so that runs of other settings, or of
// other trainers, can be compared.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "motion/clip.h"
#include "motion/effort.h"
#include "motion/gait.h"
#include "motion/pose_error.h"
#include "motion/robot.h"

namespace motus {

/// One test episode.
struct Rollout {
  Clip clip;                ///< at the control rate
  bool fell = false;        ///< ended by a failure
  double length_ratio = 1;  ///< of the longest episode possible
  double task_return = 0;   ///< sum of task rewards over the steps of a full episode
  Effort effort = {};       ///< of the motors, where the simulation tells
};

/// Means over rollouts unless said otherwise.
struct Quality {
  int episodes = 0, falls = 0;
  double length = 0;          ///< part of the longest episode
  double pose_error = 0;      ///< m, see motion/pose_error.h
  double pose_error_std = 0;  ///< over rollouts
  double mirrored_error = 0;  ///< m, against the clips' mirror images; 0 = no mirror known
  double speed = 0;           ///< m/s forward along the heading
  double net_speed = 0;       ///< m/s, straight from first to last position: circles score low
  double clip_speed = 0;      ///< m/s forward of the clips, by weight
  double speed_spread = 0;    ///< m/s between the fastest and slowest clip
  double foot_slip = 0;       ///< m/s of standing feet
  double jerk = 0;            ///< rms joint jerk, times that of the clips
  double coverage = 0;        ///< share of the clips' moments that the rollouts come near
  double task_return = 0;
  double power = 0;              ///< W, mechanical, of all motors; 0 = not recorded
  double cost_of_transport = 0;  ///< for the speed forward; 0 = not recorded or hardly moves
  std::vector<std::pair<std::string, MotorLoad>> motors;  ///< by dof; empty = not recorded
  Gait gait, clip_gait;  ///< of the rollout with the most steps, and of the longest clip
};

class Judge {
 public:
  /// Rollouts come at `fps`, of the skeleton of `dataset`, which is that of `robot`.
  Judge(const Dataset& dataset, const Robot& robot, double fps);

  /// Throws Error(bad_input) without rollouts.
  Quality quality(const std::vector<Rollout>& rollouts) const;

  /// 0 (useless) to 1 (the clips themselves): length times closeness of pose, of speed (where all
  /// clips have about one) and of the strides' time, each 1 / (1 + x^2) with x = 1 at an error of
  /// .1 m, 25 % and 50 %.
  static double score(const Quality& quality);

  /// What is wrong, the gravest first, each a sentence with its number; empty for a good policy.
  static std::vector<std::string> diagnose(const Quality& quality);

 private:
  Robot robot_;
  double fps_;
  PostureLibrary library_;
  std::vector<PostureLibrary> mirrored_;  ///< one, or none without a mirror
  double clip_speed_ = 0, speed_spread_ = 0, clip_jerk_ = 0, mass_ = 0;
  Gait clip_gait_;
};

}  // namespace motus
