// The keys of Motus in an environment's YAML; sim/env_config.h says what they mean.
#include <algorithm>
#include <cstdlib>

#include "sim/config_read.h"
#include "sim/feature_list.h"
#include "sim/obs_profile.h"
#include "sim/observation.h"
#include "sim/reset.h"
#include "sim/termination.h"

namespace motus::sim {

namespace {

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
  out.action_half_range = choice<HalfRange>(c, "action_half_range", HalfRange::joint_limits,
                                            {{"joint_limits", HalfRange::joint_limits},
                                             {"whole_range", HalfRange::whole_range},
                                             {"clip", HalfRange::clip}});
}

/// A list of terms: a name, or {term: NAME, frame: heading, scale: 0.05, history: 5}.
std::vector<TermSpec> terms(const Config& c, const std::string& key,
                            const std::vector<std::string>& known, bool has_history) {
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
    if (has_history) spec.history = one.get("history", 1);
    require(spec.history >= 1 && spec.history <= kMostHistory, Kind::usage,
            "{}: the history of '{}' must be 1 to {} control steps, found {}", place, spec.term,
            kMostHistory, spec.history);
    one.refuse_unknown();
    out.push_back(spec);
  }
  return out;
}

void read_view(const Config& c, EnvConfig& out) {
  out.obs_terms = terms(c, "obs_terms", observation_names(), true);
  out.critic_terms = terms(c, "critic_obs_terms", observation_names(), true);
  out.disc_terms = terms(c, "disc_obs_terms", feature_names(), false);
  out.disc_newest_first = word_of(c, "disc_obs_order", "oldest_first",
                                  {"oldest_first", "newest_first"}) == "newest_first";
  out.root_body = c.get<std::string>("root_body", "");
  out.reset_mode = word_of(c, "reset_mode", "random", reset_modes());
  out.reset_default_share = c.get("reset_default_share", 0.5);
  require(out.reset_default_share >= 0 && out.reset_default_share <= 1, Kind::usage,
          "{}: reset_default_share must lie in [0, 1], found {}", c.place(),
          out.reset_default_share);
}

/// gains: {part of a dof's name: [kp, kd]}, in the order of the file.
void read_gains(const Config& c, EnvConfig& out) {
  const Config list = c.child("gains");
  for (const std::string& part : list.keys()) {
    const auto v = list.get<std::vector<double>>(part);
    require(v.size() == 2 && v[0] > 0 && v[1] >= 0, Kind::usage,
            "{}: {} must be [kp, kd] in N m/rad and N m s/rad", line_of(list, part), part);
    out.gains.push_back({part, v[0], v[1]});
  }
}

void read_termination(const Config& c, EnvConfig& out) {
  out.termination = word_of(c, "termination", "ground", termination_names());
  out.contact_force = c.get("contact_force", out.contact_force);
  not_negative(c, "contact_force", out.contact_force);
  out.termination_height = c.get("termination_height", out.termination_height);
  positive(c, "termination_height", out.termination_height);
}

}  // namespace

void read_motus(const Config& c, EnvConfig& out) {
  read_view(c, out);
  read_profile(c, out);
  read_termination(c, out);
  read_gains(c, out);
  out.action_ball_half_range = c.get("action_ball_half_range", 0.0);
  not_negative(c, "action_ball_half_range", out.action_ball_half_range);
  out.joint_obs =
      choice<JointObs>(c, "joint_obs", JointObs::tangent_normal,
                       {{"tangent_normal", JointObs::tangent_normal}, {"angle", JointObs::angle}});
  out.gain_scale = c.get("gain_scale", 1.0);
  positive(c, "gain_scale", out.gain_scale);
  out.action_centre = choice<ActionCentre>(c, "action_centre", ActionCentre::middle,
                                           {{"middle", ActionCentre::middle},
                                            {"clip_mean", ActionCentre::clip_mean},
                                            {"init_pose", ActionCentre::init_pose}});
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

}  // namespace motus::sim
