#include "sim/observation.h"

#include <algorithm>
#include <array>
#include <cmath>

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

/// What the clip shows at a target's moment: place, rotation, joints, key bodies.
std::array<FeatureTerm, 4> target_terms(const EnvConfig& c) {
  const Frame frame = c.global_obs ? Frame::world : Frame::newest;
  return {{{c.root_height_obs ? Feature::root_pos : Feature::root_xy, frame},
           {Feature::root_rot, frame},
           {Feature::joints, frame},
           {Feature::key_pos, frame}}};
}

int targets_width(const Observation::Parts& p) {
  int width = 0;
  for (const FeatureTerm& t : target_terms(p.config)) {
    width += feature_width(p.reference.anatomy().layout, t.feature);
  }
  return width * static_cast<int>(p.config.tar_obs_steps.size());
}

/// Moments of the clip ahead, seen from the character in the world's axes, or from the first of
/// them in its heading (DeepMimic in MimicKit).
float* write_targets(const Observation::Parts& p, Scene& s, float* out) {
  const SnapshotLayout& l = p.reference.anatomy().layout;
  const size_t size = static_cast<size_t>(l.size());
  s.scratch->target.resize(2 * size);
  float* first = s.scratch->target.data();
  float* one = first + size;
  const auto terms = target_terms(p.config);
  for (size_t i = 0; i < p.config.tar_obs_steps.size(); ++i) {
    const double time = s.motion_time() + p.config.tar_obs_steps[i] * s.dt;
    p.reference.snapshot(s.clock->motion, time, *s.scratch, i == 0 ? first : one);
    const float* now = i == 0 ? first : one;
    const float* from = p.config.global_obs ? s.snapshot : first;
    const View view = view_of(now, from, heading_of(from + SnapshotLayout::kRootRot));
    out = write_features(l, {terms.data(), static_cast<int>(terms.size()), nullptr}, view, out);
  }
  s.posed = false;
  return out;
}

/// All of them; a new one is a line here.
constexpr SceneTerm kSceneTerms[] = {
    {"phase", phase_width, write_phase},         // of the clip, with encodings
    {"targets", targets_width, write_targets},   // tar_obs_steps of the clip
    {"task", task_width, write_task},            // targets or commands
    {"last_action", action_width, write_action}  // D, as the policy gave it; 0 at a start
};

}  // namespace

Observation::Observation(Parts parts, const std::vector<TermSpec>& terms)
    : parts_(std::move(parts)) {
  const SnapshotLayout& l = parts_.reference.anatomy().layout;
  for (const TermSpec& spec : terms) {
    Term term;
    term.name = spec.term;
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
    term.width = term.scene ? term.scene->width(parts_) : feature_width(l, term.feature.feature);
    term.history = spec.history;
    size_ += term.width * term.history;
    terms_.push_back(term);
  }
}

void Observation::write(Scene& s, const float* before, float* out) const {
  const SnapshotLayout& l = parts_.reference.anatomy().layout;
  const Heading h = heading_of(s.snapshot + SnapshotLayout::kRootRot);
  const View view{s.snapshot, s.snapshot, h, h};
  const float* const start = out;
  for (const Term& t : terms_) {
    const int past = t.width * (t.history - 1);
    float* const now = out + past;
    if (t.scene) {
      t.scene->write(parts_, s, now);
      if (t.feature.scale != 1) {
        std::for_each(now, now + t.width, [&](float& x) { x *= t.feature.scale; });
      }
    } else {
      write_feature(l, parts_.rest.data(), t.feature, view, now);
    }
    if (t.noise.size > 0) motus::sim::add_noise(t.noise, s, now, now + t.width);
    if (before) {
      std::copy_n(before + (out - start) + t.width, past, out);
    } else {
      for (float* at = out; at != now; at += t.width) std::copy_n(now, t.width, at);
    }
    out = now + t.width;
  }
}

void Observation::add_noise(const std::vector<TermNoise>& noise) {
  const std::vector<std::string> names = observation_names();
  for (Term& t : terms_) {
    for (const TermNoise& n : noise) {
      if (n.term != t.name) continue;
      const auto place = std::find(names.begin(), names.end(), t.name);
      t.noise = {static_cast<float>(n.size) * std::abs(t.feature.scale), n.gaussian,
                 static_cast<uint64_t>(place - names.begin())};
    }
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
  if (config.enable_tar_obs) out.push_back({"targets"});
  out.push_back({"task"});
  return out;
}

}  // namespace motus::sim
