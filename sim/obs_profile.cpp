#include "sim/obs_profile.h"

#include "sim/observation.h"

namespace motus::sim {

namespace {

/// Unitree's scales: what leaves a robot is multiplied by them.
constexpr float kAngVelScale = 0.2f, kDofVelScale = 0.05f;

std::vector<TermSpec> measured(const EnvConfig& c) {
  std::vector<TermSpec> out{{"root_ang_vel", Frame::base, kAngVelScale}, {"gravity"}};
  out.push_back({"task"});  // no numbers where there is none
  out.push_back({"dof_offset"});
  out.push_back({"dof_vel", Frame::world, kDofVelScale});
  out.push_back({"last_action"});
  if (c.enable_phase_obs) out.push_back({"phase"});
  return out;
}

void check_deployable(const Config& c, const EnvConfig& out) {
  const std::string place = line_of(c, "obs_profile");
  const bool told = out.task.task == TaskKind::none || out.task.task == TaskKind::constant ||
                    out.task.task == TaskKind::velocity || out.task.task == TaskKind::steering;
  require(told, Kind::usage,
          "{}: obs_profile deployable: a robot cannot measure what {} shows of its task; amp, "
          "task_velocity and task_steering can be told",
          place, out.env_name);
  require(!out.enable_tar_obs, Kind::usage,
          "{}: obs_profile deployable: enable_tar_obs shows where the robot is in the world, which "
          "it cannot measure",
          place);
  require(out.init_pose.size() > 6, Kind::usage,
          "{}: obs_profile deployable: joints are measured from init_pose, which must give every "
          "dof",
          place);
}

}  // namespace

void read_profile(const Config& c, EnvConfig& out) {
  const std::string profile = word_of(c, "obs_profile", "full", {"full", "deployable"});
  const int history = c.get("obs_history", 1);
  require(history >= 1 && history <= kMostHistory, Kind::usage,
          "{}: obs_history must be 1 to {} control steps, found {}", line_of(c, "obs_history"),
          kMostHistory, history);
  if (profile == "full") {
    require(!c.has("obs_history"), Kind::usage,
            "{}: obs_history belongs to obs_profile: deployable; a term of a list says {{term: "
            "NAME, history: {}}}",
            line_of(c, "obs_history"), history);
    return;
  }
  require(out.obs_terms.empty(), Kind::usage,
          "{}: obs_profile {} is a list of its own: leave obs_terms out", line_of(c, "obs_profile"),
          profile);
  check_deployable(c, out);
  if (out.critic_terms.empty()) {
    out.critic_terms = default_observation(out);
    out.critic_terms.push_back({"last_action"});
  }
  out.obs_terms = measured(out);
  for (TermSpec& t : out.obs_terms) t.history = history;
}

}  // namespace motus::sim
