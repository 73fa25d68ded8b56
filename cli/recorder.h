#pragma once
// What an environment does, kept to be written as a clip, filmed or played in a page.
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "motion/clip.h"
#include "motion/marker.h"
#include "sim/terrain.h"
#include "sim/vec_env.h"

namespace motus::cli {

/// One environment's poses, a row a control step, with its reference and its markers.
class Recorder {
 public:
  /// `terrain` is that of the environment: its ground is kept around where the character went.
  Recorder(const sim::VecEnv& env, SkeletonPtr skeleton, const sim::TerrainOptions& terrain,
           int index = 0);

  /// Keeps the environment as it is now.
  void add();
  int frames() const { return static_cast<int>(poses_.size()); }
  Clip clip(const std::string& name) const;
  /// The clip's pose at each moment, carried along `offset` m beside the character, as high above the
  /// ground there as the clip has it above its own; nothing where the environment imitates no clip.
  std::optional<Clip> reference(const Vec3& offset) const;
  /// The clip's own poses, where it has them.
  std::optional<Clip> reference() const;
  const std::vector<std::vector<Marker>>& markers() const { return markers_; }

 private:
  const sim::VecEnv& env_;
  SkeletonPtr skeleton_;
  std::optional<sim::Ground> ground_;
  int index_;
  std::vector<sim::Pose> poses_, references_;
  std::vector<std::vector<Marker>> markers_;
};

/// A function that fills actions (E, actions) for observations (E, obs).
using Policy = std::function<void(std::span<const float> obs, std::span<float> actions)>;

/// Test episodes of the first environment, one after another, for `seconds`. Leaves the
/// environment in test mode.
Recorder record(sim::VecEnv& env, const SkeletonPtr& skeleton, const sim::TerrainOptions& terrain,
                const Policy& policy, double seconds);

/// The extensions that write_film() takes, as a sentence for help and errors.
inline constexpr const char* kFilmNames = "x.mp4, x.gif or x.html";

/// Throws Error(usage) unless `path` ends in .mp4, .gif or .html: call it before working.
void check_film(const std::string& path);

/// The rollout, its reference see-through beside it and its markers, as a film or a page. `model`
/// is the character's MJCF. Throws as view::Film, make_movie and player_page do.
void write_film(const Recorder& rollout, const std::filesystem::path& model,
                const std::string& name, const std::string& path);

/// rollout.bvh and reference.bvh in `folder`, which is made if it is not there.
void export_bvh(const Recorder& rollout, const std::filesystem::path& folder,
                const std::string& name);

}  // namespace motus::cli
