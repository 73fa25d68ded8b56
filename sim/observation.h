#pragma once
// What the policy sees: a list of features of the character (sim/features.h) and of terms that
// need more than its pose: phase, task, the last action ... Each such term is a line of the table in
// observation.cpp.
#include <string>
#include <vector>

#include "sim/env_config.h"
#include "sim/feature_list.h"
#include "sim/noise.h"
#include "sim/scene.h"
#include "sim/task.h"

namespace motus::sim {

class Observation {
 public:
  /// What the terms of one environment stand on; outlives the observation.
  struct Parts {
    const EnvConfig& config;
    const Reference& reference;
    const Task& task;
    std::vector<float> rest;  ///< (D) default pose, rad
  };
  /// `terms` as configured.
  Observation(Parts parts, const std::vector<TermSpec>& terms);

  /// From now on those of its terms that are named are seen with errors.
  void add_noise(const std::vector<TermNoise>& noise);

  int size() const { return size_; }
  /// Writes size() numbers. `before` is what was written one control step ago, from which terms with
  /// a history take their past; null at a start, whose past is its own moment.
  void write(Scene& scene, const float* before, float* out) const;

  struct Term {
    FeatureTerm feature;
    const struct SceneTerm* scene = nullptr;  ///< instead of the feature
    int width = 0, history = 1;               ///< numbers of one moment, moments
    std::string name{};
    Noise noise{};
  };

 private:
  Parts parts_;
  std::vector<Term> terms_;
  int size_ = 0;
};

/// Names of all terms that `obs` may list.
std::vector<std::string> observation_names();

/// The policy's list where the configuration has none: MimicKit's.
std::vector<TermSpec> default_observation(const EnvConfig& config);

}  // namespace motus::sim
