#pragma once
// What an environment is, read from MimicKit's two files (engine YAML, environment YAML) and, for
// what MimicKit does not have, from keys of Motus. Every key of MimicKit is accepted; a key that
// nobody knows is refused with the nearest known one. Units in the names or beside the fields.
//
// Keys of Motus, all in the environment YAML; each default is MimicKit's behaviour:
//   joint_obs: tangent_normal | angle    joints as 6 numbers each, or hinges as their angle, balls
//                                        as 6 numbers, rigid connections as nothing
//   gain_scale: 1                        kp times s, kd times sqrt(s)
//   action_centre: middle | clip_mean    the target at action 0: of the joint's range, or of the
//   clips action_half_range: joint_limits | clip | NUMBER (rad)
//                                        the target's change at action 1: 1.4 of the joint's half
//                                        range (balls: 1.2 of the largest limit), or what the clips
//                                        need: max |q + kd/kp qd - centre| + margin torque_limit/kp
//   action_range_margin: 0.5             the margin of "clip"
//   action_range_cap: 0                  rad, upper bound of "clip"; 0 = none
//   clip_actions: true                   actions are clamped to [-1, 1]
//   clip_lift: none | median | lowest    clips are lifted by the median (largest) depth of their
//                                        lowest point below the floor
//   self_collision: true
//   velocity_envelope: 0                 m/s; training episodes FAIL when the low-passed velocity
//   in
//                                        the heading frame is farther than this from the clip's
//                                        mean
//   velocity_envelope_tau: 0.25          s, of the low pass
//   train_episode_length: 0              s, of training episodes; 0 = episode_length
//   reference_table: 0                   demonstrations and starts come from this many stratified,
//                                        precomputed clip times; 0 = sampled exactly
// Physics keys of Motus, in the engine YAML:
//   jacobian: sparse | dense | auto, cone: pyramidal | elliptic, impratio: 1,
//   solver_iterations: 100, torque_limit: auto | explicit | damped (sim/torque_limit.h)
#include <cmath>
#include <string>
#include <vector>

#include "motion/config.h"
#include "sim/features.h"
#include "sim/physics_options.h"
#include "sim/randomise_options.h"
#include "sim/task_terms.h"
#include "sim/terrain_options.h"
#include "sim/tracking_terms.h"

namespace motus::sim {

enum class JointObs { tangent_normal, angle };
enum class ActionCentre { middle, clip_mean, init_pose };
enum class HalfRange { joint_limits, whole_range, clip, number };
enum class ClipLift { none, median, lowest };

/// One term of an observation: a name of sim/features.h or sim/observation.h.
struct TermSpec {
  std::string term;
  Frame frame = Frame::world;
  float scale = 1;
  int history = 1;  ///< control steps that are shown, oldest first
};

struct EnvConfig {
  // engine
  std::string engine_name = "mujoco", control_mode = "pos";
  double control_freq = 10, sim_freq = 60;  ///< Hz
  std::string jacobian = "auto", cone = "pyramidal";
  double impratio = 1;
  std::string torque_limit = "auto";
  int solver_iterations = 100;

  // environment
  std::string env_name = "amp";
  std::string char_file, motion_file;
  double episode_length = 10;  ///< s
  bool global_obs = false, root_height_obs = true, zero_center_action = false;
  std::vector<std::string> key_bodies, contact_bodies;
  bool enable_early_termination = true, pose_termination = false;
  double pose_termination_dist = 1;  ///< m
  bool enable_phase_obs = true;
  int num_phase_encoding = 0;
  bool rand_reset = true;
  int num_disc_obs_steps = 10;
  bool disc_dof_vel_obs = true;
  std::vector<double> init_pose;  ///< (6 + D), for viewers; may be empty

  bool enable_tar_obs = false;
  std::vector<int> tar_obs_steps{1};  ///< control steps ahead
  TrackingOptions tracking;           ///< of deepmimic and static_objects
  bool log_tracking_error = false;    ///< tests measure the distance to the clip
  std::vector<double> joint_err_w;    ///< (B - 1) of bodies' joints; empty: 1
  std::vector<StaticObject> objects;  ///< of static_objects

  TaskOptions task;  ///< of the environments with a task

  // Motus
  std::vector<TermSpec> obs_terms, disc_terms;  ///< empty: MimicKit's
  std::vector<TermSpec> critic_terms;  ///< what the critic sees; empty: what the policy sees
  bool disc_newest_first = false;
  std::string root_body;  ///< whose pose and velocities are the root's in what is seen; empty: root
  std::string reset_mode = "random";  ///< sim/reset.h
  double reset_default_share = 0.5;   ///< of reset_mode hybrid
  JointObs joint_obs = JointObs::tangent_normal;
  double gain_scale = 1;
  ActionCentre action_centre = ActionCentre::middle;
  HalfRange action_half_range = HalfRange::joint_limits;
  double action_half_range_value = 1;  ///< rad, of HalfRange::number
  double action_range_margin = 0.5, action_range_cap = 0;
  double action_ball_half_range = 0;  ///< rad, of balls by joint_limits; 0 = 1.2 largest limits
  bool clip_actions = true;
  std::string termination = "ground";  ///< sim/termination.h
  double contact_force = 0.1;          ///< N, of push and push_and_low
  double termination_height = 0.5;     ///< m, of push_and_low and low
  std::vector<Gain> gains;             ///< in place of the robot's
  ClipLift clip_lift = ClipLift::none;
  bool self_collision = true;
  double velocity_envelope = 0, velocity_envelope_tau = 0.25;
  double train_episode_length = 0;
  int reference_table = 0;
  RandomiseOptions randomise;
  TerrainOptions terrain;

  /// One line each for what was replaced or has no effect here, for the user.
  std::vector<std::string> notes;

  int substeps() const { return static_cast<int>(std::lround(sim_freq / control_freq)); }
  double control_dt() const { return 1.0 / control_freq; }
};

/// Reads both mappings. Throws Error(usage) naming file and key, Error(not_built) for an
/// environment or a control mode that this build does not have.
EnvConfig read_env_config(const Config& engine, const Config& env);

/// The same from files, found by motion/data_path.h.
EnvConfig read_env_config(const std::string& engine_file, const std::string& env_file);

}  // namespace motus::sim
