#include "sim/observation.h"

#include <algorithm>

#include "motion/error.h"

namespace motus::sim {

/// A term that needs more than the character's pose.
struct SceneTerm {
  const char* name;
  int (*width)(const Observation::Parts& p);
  float* (*write)(const Observation::Parts& p, Scene& s, float* out);
};

namespace {

int phase_width(const Observation::Parts& p) {
  return 1 + 2 * p.config.num_phase_encoding;
}

float* write_phase(const Observation::Parts& p, Scene& s, float* out) {
  const double phase = p.reference.phase(s.clock->motion, s.motion_time());
  return phase_obs(static_cast<float>(phase), p.config.num_phase_encoding, out);
}

int task_width(const Observation::Parts& p) {
  return p.task.obs_size();
}

float* write_task(const Observation::Parts& p, Scene& s, float* out) {
  return p.task.observe(s, out);
}

int action_width(const Observation::Parts& p) {
  return p.reference.anatomy().layout.dofs;
}

float* write_action(const Observation::Parts& p, Scene& s, float* out) {
  const int n = action_width(p);
  return s.action ? std::copy_n(s.action, n, out) : std::fill_n(out, n, 0.0f);
}

/// All of them; a new one is a line here.
constexpr SceneTerm kSceneTerms[] = {
    {"phase", phase_width, write_phase},         // of the clip, with encodings
    {"task", task_width, write_task},            // targets or commands
    {"last_action", action_width, write_action}  // D, as the policy gave it; 0 at a start
};

}  // namespace

Observation::Observation(Parts parts, const std::vector<TermSpec>& terms)
    : parts_(std::move(parts)) {
  const SnapshotLayout& l = parts_.reference.anatomy().layout;
  for (const TermSpec& spec : terms) {
    Term term;
    for (const SceneTerm& s : kSceneTerms) {
      if (spec.term == s.name) term.scene = &s;
    }
    term.feature.scale = spec.scale;
    if (!term.scene) {
      const auto feature = feature_named(spec.term);
      require(feature.has_value(), Kind::usage, "there is no observation '{}'", spec.term);
      term.feature.feature = *feature;
      term.feature.frame = spec.frame;
    }
    size_ += term.scene ? term.scene->width(parts_) : feature_width(l, term.feature.feature);
    terms_.push_back(term);
  }
}

void Observation::write(Scene& s, float* out) const {
  const SnapshotLayout& l = parts_.reference.anatomy().layout;
  const Heading h = heading_of(s.snapshot + SnapshotLayout::kRootRot);
  const View view{s.snapshot, s.snapshot, h, h};
  for (const Term& t : terms_) {
    if (!t.scene) {
      out = write_feature(l, parts_.rest.data(), t.feature, view, out);
      continue;
    }
    float* end = t.scene->write(parts_, s, out);
    if (t.feature.scale != 1) {
      std::for_each(out, end, [&](float& x) { x *= t.feature.scale; });
    }
    out = end;
  }
}

std::vector<std::string> observation_names() {
  std::vector<std::string> out = feature_names();
  for (const SceneTerm& s : kSceneTerms) out.emplace_back(s.name);
  return out;
}

std::vector<TermSpec> default_observation(const EnvConfig& config) {
  std::vector<TermSpec> out;
  for (const FeatureTerm& t : mimickit_policy(config.global_obs, config.root_height_obs)) {
    out.push_back({name_of(t.feature), t.frame, t.scale});
  }
  if (config.enable_phase_obs) out.push_back({"phase"});
  out.push_back({"task"});
  return out;
}

}  // namespace motus::sim
