#pragma once
// Which tile of a terrain (sim/terrain.h) an environment's episodes start on. Its column is its own for
// good; its level follows from what the last episode walked, by the rule of legged_gym (Rudin et al. 2021).
#include <cstdint>
#include <span>
#include <vector>

#include "sim/terrain_options.h"

namespace motus::sim {

/// What an episode walked, from where it started to where it ended.
struct Walk {
  double distance = 0;  ///< m
  double asked = 0;     ///< m/s: of the command, or of the clip
  double seconds = 0;   ///< of a whole episode
};

/// The level after a walk: one up if it left the tile's middle by more than half a tile; one down if it
/// came less than half as far as was asked; a level drawn by u in [0, 1) beyond the last one.
int next_level(int level, int levels, double tile, const Walk& walk, double u);

/// Plain bytes: part of a saved state.
struct Post {
  int32_t level = 0, column = 0;
  double offset[3] = {0, 0, 0};  ///< m, from where the clip is to where the episode started
  double start[2] = {0, 0};      ///< m, where it started
};

class Curriculum {
 public:
  Curriculum(const TerrainOptions& options, int envs, uint64_t seed);

  /// After an episode that counts: where environment `env` starts next. `counter` is the episode's.
  void finish(int env, const Walk& walk, uint64_t counter);
  /// Without curriculum: a level is drawn for the next start.
  void draw(int env, uint64_t counter);

  Post& post(int env) { return posts_[static_cast<size_t>(env)]; }
  const Post& post(int env) const { return posts_[static_cast<size_t>(env)]; }
  double mean_level() const;
  std::span<Post> state() { return posts_; }
  void reseed(uint64_t seed) { seed_ = seed; }

 private:
  double random(int env, uint64_t counter) const;

  TerrainOptions options_;
  uint64_t seed_;
  std::vector<Post> posts_;
};

}  // namespace motus::sim
