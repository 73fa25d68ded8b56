#pragma once
// Lists of the features of sim/features.h: their names in configurations, and MimicKit's lists.
#include <optional>
#include <string>
#include <vector>

#include "sim/features.h"

namespace motus::sim {

std::optional<Feature> feature_named(const std::string& name);
std::optional<Frame> frame_named(const std::string& name);
std::string name_of(Feature feature);
std::vector<std::string> feature_names();
std::vector<std::string> frame_names();

struct FeatureList {
  std::vector<FeatureTerm> terms;
  std::vector<float> rest;  ///< (D) default pose, of dof_offset

  FeatureView view() const { return {terms.data(), static_cast<int>(terms.size()), rest.data()}; }
  /// Some term reads dof positions, or all bodies, so snapshots must have them.
  bool wants_positions() const;
  bool wants_bodies() const;
};

/// What MimicKit's policies see of the character: global_obs, root_height_obs.
std::vector<FeatureTerm> mimickit_policy(bool global, bool height);

/// One step of what its discriminators see: global_obs, root_height_obs, disc_dof_vel_obs.
std::vector<FeatureTerm> mimickit_discriminator(bool global, bool height, bool dof_vel);

/// One step of what ADD compares: all bodies, in the world or in each step's own heading. With
/// `placed` the root's place in the world counts.
std::vector<FeatureTerm> mimickit_add(bool global, bool placed);

}  // namespace motus::sim
