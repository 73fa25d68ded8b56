#include "sim/env_config.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "motion/data_path.h"
#include "motion/nearest.h"
#include "sim/control.h"
#include "sim/feature_list.h"
#include "sim/observation.h"
#include "sim/reset.h"

namespace motus::sim {

namespace {

/// A word out of a table, or an error that lists the table.
template <typename T>
T choice(const Config& c, const std::string& key, T fallback,
         const std::vector<std::pair<std::string, T>>& table) {
  if (!c.has(key)) return fallback;
  const std::string word = c.get<std::string>(key);
  std::vector<std::string> known;
  for (const auto& [name, value] : table) {
    if (name == word) return value;
    known.push_back(name);
  }
  throw Error(Kind::usage, fmt::format("{}: {} cannot be '{}'", c.place(), key, word),
              did_you_mean(word, known));
}

std::string word_of(const Config& c, const std::string& key, const std::string& fallback,
                    const std::vector<std::string>& words) {
  std::vector<std::pair<std::string, std::string>> table;
  table.reserve(words.size());
  for (const std::string& w : words) table.emplace_back(w, w);
  return choice<std::string>(c, key, fallback, table);
}

std::vector<std::string> strings(const Config& c, const std::string& key) {
  std::vector<std::string> out;
  if (!c.has(key)) return out;
  const YAML::Node node = c.node(key);
  require(node.IsSequence(), Kind::usage, "{}: {} must be a list", c.place(), key);
  for (const auto& item : node) out.push_back(item.as<std::string>());
  return out;
}

void positive(const Config& c, const std::string& key, double value) {
  require(std::isfinite(value) && value > 0, Kind::usage, "{}: {} must be positive, found {}",
          c.place(), key, value);
}

void not_negative(const Config& c, const std::string& key, double value) {
  require(std::isfinite(value) && value >= 0, Kind::usage, "{}: {} must not be negative, found {}",
          c.place(), key, value);
}

void read_engine(const Config& file, const Config& over, EnvConfig& out) {
  // a key of the environment's engine block stands before the engine file's
  const auto from = [&](const std::string& key) -> const Config& {
    file.note(key);
    return over.has(key) ? over : file;
  };
  out.engine_name = from("engine_name").get<std::string>("engine_name");
  const std::vector<std::string> engines{"isaac_gym", "isaac_lab", "newton", "mujoco"};
  if (std::find(engines.begin(), engines.end(), out.engine_name) == engines.end()) {
    throw Error(Kind::usage, fmt::format("{}: unknown engine '{}'", file.place(), out.engine_name),
                did_you_mean(out.engine_name, engines));
  }
  if (out.engine_name != "mujoco") {
    out.notes.push_back(
        fmt::format("engine {} is not in Motus: MuJoCo simulates instead", out.engine_name));
  }
  out.control_mode = word_of(from("control_mode"), "control_mode", "pos",
                             {"none", "pos", "vel", "torque", "pd_explicit"});
  const std::vector<std::string> modes = control_modes();
  require(std::find(modes.begin(), modes.end(), out.control_mode) != modes.end(), Kind::not_built,
          "{}: control_mode {} is not in this build; {} is", file.place(), out.control_mode,
          fmt::join(modes, ", "));
  out.control_freq = from("control_freq").get("control_freq", 10.0);
  out.sim_freq = from("sim_freq").get("sim_freq", 60.0);
  positive(file, "control_freq", out.control_freq);
  positive(file, "sim_freq", out.sim_freq);
  const double ratio = out.sim_freq / out.control_freq;
  require(std::abs(ratio - std::round(ratio)) < 1e-6 && ratio > 0.5, Kind::usage,
          "{}: sim_freq {} is not a whole multiple of control_freq {}", file.place(), out.sim_freq,
          out.control_freq);
  out.jacobian = word_of(from("jacobian"), "jacobian", "auto", {"auto", "sparse", "dense"});
  out.cone = word_of(from("cone"), "cone", "pyramidal", {"pyramidal", "elliptic"});
  out.impratio = from("impratio").get("impratio", 1.0);
  positive(file, "impratio", out.impratio);
  out.solver_iterations = from("solver_iterations").get("solver_iterations", 100);
  positive(file, "solver_iterations", out.solver_iterations);
  // where characters stand side by side, and what Isaac Gym takes for the ground: nothing to do
  from("env_spacing"), from("ground_contact_height");
}

void read_env_name(const Config& c, EnvConfig& out) {
  static const std::vector<std::string> known{"amp",
                                              "char",
                                              "deepmimic",
                                              "ase",
                                              "add",
                                              "smp",
                                              "task_location",
                                              "task_steering",
                                              "task_dodgeball",
                                              "static_objects",
                                              "view_motion",
                                              "char_dof_test"};
  out.env_name = c.get<std::string>("env_name");
  if (out.env_name == "amp") return;
  out.task.task = out.env_name == "task_location"   ? TaskKind::location
                  : out.env_name == "task_steering" ? TaskKind::steering
                                                    : TaskKind::none;
  if (out.task.task != TaskKind::none) return;
  if (std::find(known.begin(), known.end(), out.env_name) == known.end()) {
    throw Error(Kind::usage, fmt::format("{}: unknown environment '{}'", c.place(), out.env_name),
                did_you_mean(out.env_name, known));
  }
  throw Error(Kind::not_built,
              fmt::format("{}: environment {} is not in this build; amp, task_location and "
                          "task_steering are",
                          c.place(), out.env_name));
}

void read_mimickit(const Config& c, EnvConfig& out) {
  out.char_file = c.get<std::string>("char_file");
  out.motion_file = c.get<std::string>("motion_file", "");
  out.episode_length = c.get<double>("episode_length");
  positive(c, "episode_length", out.episode_length);
  out.global_obs = c.get<bool>("global_obs");
  out.root_height_obs = c.get("root_height_obs", true);
  out.zero_center_action = c.get("zero_center_action", false);
  if (c.has("init_pose")) {
    for (const auto& item : c.node("init_pose")) out.init_pose.push_back(item.as<double>());
  }
  out.key_bodies = strings(c, "key_bodies");
  out.contact_bodies = strings(c, "contact_bodies");
  out.enable_early_termination = c.get<bool>("enable_early_termination");
  out.pose_termination = c.get("pose_termination", false);
  out.pose_termination_dist = c.get("pose_termination_dist", 1.0);
  positive(c, "pose_termination_dist", out.pose_termination_dist);
  out.enable_phase_obs = c.get("enable_phase_obs", true);
  out.num_phase_encoding = c.get("num_phase_encoding", 0);
  not_negative(c, "num_phase_encoding", out.num_phase_encoding);
  require(!c.get("enable_tar_obs", false), Kind::not_built,
          "{}: enable_tar_obs (tracking of a reference) is not in this build", c.place());
  out.rand_reset = c.get("rand_reset", true);
  out.num_disc_obs_steps = c.get<int>("num_disc_obs_steps");
  positive(c, "num_disc_obs_steps", out.num_disc_obs_steps);
  require(out.num_disc_obs_steps <= 1000, Kind::usage, "{}: num_disc_obs_steps {} is too many",
          c.place(), out.num_disc_obs_steps);
  out.disc_dof_vel_obs = c.get("disc_dof_vel_obs", true);
  // of viewers and of tracking rewards, which an AMP environment does not have
  for (const char* key :
       {"camera_mode", "ref_char_offset", "visualize_ref_char", "log_tracking_error",
        "tar_obs_steps", "joint_err_w", "reward_pose_w", "reward_vel_w", "reward_root_pose_w",
        "reward_root_vel_w", "reward_key_pos_w", "reward_pose_scale", "reward_vel_scale",
        "reward_root_pose_scale", "reward_root_vel_scale", "reward_key_pos_scale"}) {
    c.note(key);
  }
}

void read_task(const Config& c, TaskOptions& t) {
  if (t.task == TaskKind::none) return;
  const auto range = [&](const std::string& low, const std::string& high, float& a, float& b) {
    a = c.get<float>(low), b = c.get<float>(high);
    require(a >= 0 && a <= b, Kind::usage, "{}: {} {} and {} {} are no range", c.place(), low, a,
            high, b);
  };
  range("tar_change_time_min", "tar_change_time_max", t.change_min, t.change_max);
  if (t.task == TaskKind::steering) {
    t.rand_dir = c.get("rand_tar_dir", true);
    t.rand_face = c.get("rand_face_dir", true);
    range("tar_speed_min", "tar_speed_max", t.speed_min, t.speed_max);
    t.steer_w = c.get<float>("reward_steering_tar_w");
    t.steer_face_w = c.get<float>("reward_steering_face_w");
    t.steer_vel_scale = c.get<float>("reward_steering_vel_scale");
    return;
  }
  t.speed = c.get<float>("tar_speed");
  t.dist_max = c.get<float>("tar_dist_max");
  t.dist_min = c.get("tar_dist_min", 0.0f);
  require(t.dist_min >= 0 && t.dist_min <= t.dist_max, Kind::usage,
          "{}: tar_dist_min {} and tar_dist_max {} are no range", c.place(), t.dist_min,
          t.dist_max);
  t.dist_threshold = c.get("dist_threshold", t.dist_threshold);
  t.pos_err_scale = c.get("pos_err_scale", t.pos_err_scale);
  t.vel_err_scale = c.get("vel_err_scale", t.vel_err_scale);
  t.pos_w = c.get("pos_reward_w", t.pos_w);
  t.vel_w = c.get("vel_reward_w", t.vel_w);
  t.face_w = c.get("face_reward_w", t.face_w);
}

void read_half_range(const Config& c, EnvConfig& out) {
  if (!c.has("action_half_range")) return;
  const std::string word = c.get<std::string>("action_half_range");
  char* end = nullptr;
  const double number = std::strtod(word.c_str(), &end);
  if (end && *end == '\0' && end != word.c_str()) {
    positive(c, "action_half_range", number);
    out.action_half_range = HalfRange::number;
    out.action_half_range_value = number;
    return;
  }
  out.action_half_range =
      choice<HalfRange>(c, "action_half_range", HalfRange::joint_limits,
                        {{"joint_limits", HalfRange::joint_limits}, {"clip", HalfRange::clip}});
}

/// A list of terms: a name, or {term: NAME, frame: heading, scale: 0.05}.
std::vector<TermSpec> terms(const Config& c, const std::string& key,
                            const std::vector<std::string>& known) {
  std::vector<TermSpec> out;
  if (!c.has(key)) return out;
  const YAML::Node list = c.node(key);
  require(list.IsSequence() && list.size() > 0, Kind::usage, "{}: {} must be a list of terms",
          c.place(), key);
  for (const auto& item : list) {
    const std::string place = fmt::format("{}:{}: {}", c.place(), item.Mark().line + 1, key);
    const Config one = Config::parse(item.IsMap() ? YAML::Dump(item) : "{}", place);
    TermSpec spec;
    spec.term = item.IsMap() ? one.get<std::string>("term") : item.as<std::string>();
    if (std::find(known.begin(), known.end(), spec.term) == known.end()) {
      throw Error(Kind::usage, fmt::format("{}: there is no term '{}'", place, spec.term),
                  did_you_mean(spec.term, known));
    }
    const std::string frame = word_of(one, "frame", "world", frame_names());
    spec.frame = *frame_named(frame);
    spec.scale = one.get("scale", 1.0f);
    one.refuse_unknown();
    out.push_back(spec);
  }
  return out;
}

void read_view(const Config& c, EnvConfig& out) {
  out.obs_terms = terms(c, "obs_terms", observation_names());
  out.disc_terms = terms(c, "disc_obs_terms", feature_names());
  out.disc_newest_first = word_of(c, "disc_obs_order", "oldest_first",
                                  {"oldest_first", "newest_first"}) == "newest_first";
  out.root_body = c.get<std::string>("root_body", "");
  out.reset_mode = word_of(c, "reset_mode", "random", reset_modes());
  out.reset_default_share = c.get("reset_default_share", 0.5);
  require(out.reset_default_share >= 0 && out.reset_default_share <= 1, Kind::usage,
          "{}: reset_default_share must lie in [0, 1], found {}", c.place(),
          out.reset_default_share);
}

void read_motus(const Config& c, EnvConfig& out) {
  out.joint_obs =
      choice<JointObs>(c, "joint_obs", JointObs::tangent_normal,
                       {{"tangent_normal", JointObs::tangent_normal}, {"angle", JointObs::angle}});
  out.gain_scale = c.get("gain_scale", 1.0);
  positive(c, "gain_scale", out.gain_scale);
  out.action_centre = choice<ActionCentre>(
      c, "action_centre", ActionCentre::middle,
      {{"middle", ActionCentre::middle}, {"clip_mean", ActionCentre::clip_mean}});
  read_half_range(c, out);
  out.action_range_margin = c.get("action_range_margin", 0.5);
  not_negative(c, "action_range_margin", out.action_range_margin);
  out.action_range_cap = c.get("action_range_cap", 0.0);
  not_negative(c, "action_range_cap", out.action_range_cap);
  out.clip_actions = c.get("clip_actions", true);
  out.clip_lift = choice<ClipLift>(
      c, "clip_lift", ClipLift::none,
      {{"none", ClipLift::none}, {"median", ClipLift::median}, {"lowest", ClipLift::lowest}});
  out.self_collision = c.get("self_collision", true);
  out.velocity_envelope = c.get("velocity_envelope", 0.0);
  not_negative(c, "velocity_envelope", out.velocity_envelope);
  out.velocity_envelope_tau = c.get("velocity_envelope_tau", 0.25);
  positive(c, "velocity_envelope_tau", out.velocity_envelope_tau);
  out.train_episode_length = c.get("train_episode_length", 0.0);
  not_negative(c, "train_episode_length", out.train_episode_length);
  out.reference_table = c.get("reference_table", 0);
  not_negative(c, "reference_table", out.reference_table);
}

}  // namespace

EnvConfig read_env_config(const Config& engine, const Config& env) {
  EnvConfig out;
  read_env_name(env, out);
  read_engine(engine, env.child("engine"), out);
  read_mimickit(env, out);
  read_task(env, out.task);
  read_view(env, out);
  read_motus(env, out);
  engine.refuse_unknown();
  env.refuse_unknown();
  if (out.pose_termination) {
    out.notes.push_back("pose_termination compares with the reference at the episode's own time");
  }
  return out;
}

EnvConfig read_env_config(const std::string& engine_file, const std::string& env_file) {
  const Config engine = Config::load(require_data(engine_file, "engine config"));
  const Config env = Config::load(require_data(env_file, "env config"));
  return read_env_config(engine, env);
}

}  // namespace motus::sim
