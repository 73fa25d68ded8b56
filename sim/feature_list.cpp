#include "sim/feature_list.h"

#include <algorithm>
#include <array>

namespace motus::sim {

namespace {

constexpr std::array<std::pair<const char*, Feature>, 14> kFeatures{{
    {"root_height", Feature::root_height},
    {"root_xy", Feature::root_xy},
    {"root_pos", Feature::root_pos},
    {"root_place", Feature::root_place},
    {"root_rot", Feature::root_rot},
    {"gravity", Feature::gravity},
    {"root_vel", Feature::root_vel},
    {"root_ang_vel", Feature::root_ang_vel},
    {"joints", Feature::joints},
    {"dof_pos", Feature::dof_pos},
    {"dof_offset", Feature::dof_offset},
    {"dof_vel", Feature::dof_vel},
    {"key_pos", Feature::key_pos},
    {"body_pos", Feature::body_pos},
}};

constexpr std::array<std::pair<const char*, Frame>, 4> kFrames{{
    {"world", Frame::world},
    {"heading", Frame::heading},
    {"newest", Frame::newest},
    {"base", Frame::base},
}};

template <typename Table>
auto find(const Table& table, const std::string& name)
    -> std::optional<decltype(table.front().second)> {
  for (const auto& [known, value] : table) {
    if (name == known) return value;
  }
  return {};
}

template <typename Table>
std::vector<std::string> names(const Table& table) {
  std::vector<std::string> out;
  out.reserve(table.size());
  for (const auto& [name, value] : table) out.emplace_back(name);
  return out;
}

}  // namespace

std::optional<Feature> feature_named(const std::string& name) {
  return find(kFeatures, name);
}
std::optional<Frame> frame_named(const std::string& name) {
  return find(kFrames, name);
}
std::string name_of(Feature feature) {
  for (const auto& [name, value] : kFeatures) {
    if (value == feature) return name;
  }
  return {};
}
std::vector<std::string> feature_names() {
  return names(kFeatures);
}
std::vector<std::string> frame_names() {
  return names(kFrames);
}

bool FeatureList::wants_positions() const {
  for (const FeatureTerm& t : terms) {
    if (t.feature == Feature::dof_pos || t.feature == Feature::dof_offset) return true;
  }
  return false;
}

bool FeatureList::wants_bodies() const {
  return std::any_of(terms.begin(), terms.end(),
                     [](const FeatureTerm& t) { return t.feature == Feature::body_pos; });
}

std::vector<FeatureTerm> mimickit_policy(bool global, bool height) {
  const Frame frame = global ? Frame::world : Frame::heading;
  std::vector<FeatureTerm> out;
  if (height) out.push_back({Feature::root_height});
  for (const Feature f : {Feature::root_rot, Feature::root_vel, Feature::root_ang_vel,
                          Feature::joints, Feature::dof_vel, Feature::key_pos}) {
    out.push_back({f, frame});
  }
  return out;
}

std::vector<FeatureTerm> mimickit_discriminator(bool global, bool height, bool dof_vel) {
  const Frame frame = global ? Frame::world : Frame::newest;
  std::vector<FeatureTerm> out{{height ? Feature::root_pos : Feature::root_xy, frame}};
  for (const Feature f : {Feature::root_rot, Feature::joints, Feature::key_pos, Feature::root_vel,
                          Feature::root_ang_vel}) {
    out.push_back({f, frame});
  }
  if (dof_vel) out.push_back({Feature::dof_vel, frame});
  return out;
}

std::vector<FeatureTerm> mimickit_add(bool global, bool placed) {
  const Frame frame = global ? Frame::world : Frame::heading;
  std::vector<FeatureTerm> out{{placed ? Feature::root_place : Feature::root_pos, frame}};
  for (const Feature f : {Feature::root_rot, Feature::joints, Feature::body_pos, Feature::root_vel,
                          Feature::root_ang_vel, Feature::dof_vel}) {
    out.push_back({f, frame});
  }
  return out;
}

}  // namespace motus::sim
