#include "sim/env_config.h"

#include <algorithm>
#include <cmath>

#include "motion/data_path.h"
#include "sim/config_read.h"
#include "sim/control.h"

namespace motus::sim {

namespace {

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
  out.control_mode = word_of(from("control_mode"), "control_mode", "pos", control_modes());
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
  out.torque_limit =
      word_of(from("torque_limit"), "torque_limit", "auto", {"auto", "explicit", "damped"});
  out.impratio = from("impratio").get("impratio", 1.0);
  positive(file, "impratio", out.impratio);
  out.solver_iterations = from("solver_iterations").get("solver_iterations", 100);
  positive(file, "solver_iterations", out.solver_iterations);
  // where characters stand side by side, and what Isaac Gym takes for the ground: nothing to do
  from("env_spacing"), from("ground_contact_height");
}

struct EnvName {
  const char* name;
  TaskKind task;
};

/// All of them; a new one is a line here.
constexpr EnvName kEnvs[] = {
    {"amp", TaskKind::none},
    {"char", TaskKind::none},
    {"view_motion", TaskKind::none},
    {"char_dof_test", TaskKind::none},
    {"add", TaskKind::none},
    {"deepmimic", TaskKind::tracking},
    {"static_objects", TaskKind::tracking},
    {"task_location", TaskKind::location},
    {"task_steering", TaskKind::steering},
    {"task_velocity", TaskKind::velocity},
    {"task_dodgeball", TaskKind::dodgeball},
};

void read_env_name(const Config& c, EnvConfig& out) {
  out.env_name = c.get<std::string>("env_name");
  std::vector<std::string> known;
  for (const EnvName& e : kEnvs) {
    known.emplace_back(e.name);
    if (out.env_name != e.name) continue;
    out.task.task = e.task;
    return;
  }
  // of MimicKit too, with agents that are not here
  const std::vector<std::string> others{"ase", "smp"};
  require(std::find(others.begin(), others.end(), out.env_name) == others.end(), Kind::not_built,
          "{}: environment {} is not in this build; {} are", line_of(c, "env_name"), out.env_name,
          fmt::join(known, ", "));
  throw Error(Kind::usage,
              fmt::format("{}: unknown environment '{}'", line_of(c, "env_name"), out.env_name),
              did_you_mean(out.env_name, known));
}

void read_mimickit(const Config& c, EnvConfig& out) {
  out.char_file = c.get<std::string>("char_file");
  out.motion_file = c.get<std::string>("motion_file", "");
  out.episode_length = c.get<double>("episode_length");
  positive(c, "episode_length", out.episode_length);
  out.global_obs = c.get<bool>("global_obs");
  out.root_height_obs = c.get("root_height_obs", true);
  out.zero_center_action = c.get("zero_center_action", false);
  out.init_pose = c.get("init_pose", out.init_pose);
  out.key_bodies = strings(c, "key_bodies");
  out.contact_bodies = strings(c, "contact_bodies");
  const bool shows =
      out.env_name == "char" || out.env_name == "view_motion" || out.env_name == "char_dof_test";
  out.enable_early_termination =
      shows ? c.get("enable_early_termination", false) : c.get<bool>("enable_early_termination");
  out.pose_termination = c.get("pose_termination", false);
  out.pose_termination_dist = c.get("pose_termination_dist", 1.0);
  positive(c, "pose_termination_dist", out.pose_termination_dist);
  out.enable_phase_obs = c.get("enable_phase_obs", !shows);
  out.num_phase_encoding = c.get("num_phase_encoding", 0);
  not_negative(c, "num_phase_encoding", out.num_phase_encoding);
  out.enable_tar_obs = c.get("enable_tar_obs", false);
  out.tar_obs_steps = c.get("tar_obs_steps", out.tar_obs_steps);
  require(!out.tar_obs_steps.empty() && out.tar_obs_steps.size() <= 100, Kind::usage,
          "{}: tar_obs_steps must list 1 to 100 moments", line_of(c, "tar_obs_steps"));
  out.rand_reset = c.get("rand_reset", true);
  // only environments that are trained with a discriminator have to say this
  const bool amp = out.env_name == "amp" || out.env_name.starts_with("task_");
  out.num_disc_obs_steps = amp ? c.get<int>("num_disc_obs_steps") : c.get("num_disc_obs_steps", 1);
  positive(c, "num_disc_obs_steps", out.num_disc_obs_steps);
  require(out.num_disc_obs_steps <= 1000, Kind::usage, "{}: num_disc_obs_steps {} is too many",
          c.place(), out.num_disc_obs_steps);
  out.disc_dof_vel_obs = c.get("disc_dof_vel_obs", true);
  out.log_tracking_error = c.get("log_tracking_error", false);
  // of viewers
  for (const char* key : {"camera_mode", "ref_char_offset", "visualize_ref_char"}) {
    c.note(key);
  }
}

/// What the environments without a policy do whatever their files say.
void settle_shows(EnvConfig& out) {
  if (out.env_name == "view_motion" || out.env_name == "char_dof_test") out.control_mode = "pos";
  if (out.env_name == "view_motion") {
    // MimicKit's: no substeps, no self collision, every clip in turn until it was shown
    out.sim_freq = out.control_freq;
    out.self_collision = false;
    out.reset_mode = "in_turn";
    out.enable_early_termination = false;
    out.episode_length = out.train_episode_length = 0;
  }
  if (out.env_name == "char" || out.env_name == "char_dof_test") {
    out.reset_mode = out.init_pose.empty() ? "start" : "default";
    out.enable_early_termination = false;
  }
}

}  // namespace

EnvConfig read_env_config(const Config& engine, const Config& env) {
  EnvConfig out;
  read_env_name(env, out);
  read_engine(engine, env.child("engine"), out);
  read_mimickit(env, out);
  read_task(env, out);
  read_tracking(env, out);
  read_motus(env, out);
  read_randomise(env, out);
  read_terrain(env, out);
  settle_shows(out);
  engine.refuse_unknown();
  env.refuse_unknown();
  if (out.pose_termination) {
    out.notes.push_back("pose_termination compares with the reference at the episode's own time");
  }
  if (!out.critic_terms.empty() || !out.randomise.noise.empty()) {
    out.notes.push_back(
        "the critic has observations of its own: no model.pt is written, MimicKit could not load "
        "it");
  }
  return out;
}

EnvConfig read_env_config(const std::string& engine_file, const std::string& env_file) {
  const Config engine = Config::load(require_data(engine_file, "engine config"));
  const Config env = Config::load(require_data(env_file, "env config"));
  return read_env_config(engine, env);
}

}  // namespace motus::sim
