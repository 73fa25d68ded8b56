#pragma once
// What a terrain is made of; sim/terrain.h makes it.
#include <cstdint>
#include <string>
#include <vector>

namespace motus::sim {

enum class Tile : unsigned char { flat, slope_up, slope_down, stairs_up, stairs_down, rough };

/// Names in the order of Tile.
std::vector<std::string> tile_names();

/// Lengths in m.
struct TerrainOptions {
  std::vector<Tile> columns;  ///< empty: there is no terrain, the ground is a plane
  int levels = 6;
  double tile = 8, border = 4;
  double spacing = 0.1;      ///< of the nodes
  double platform = 2;       ///< side of the even square in a tile's middle; rough tiles have none
  double slope = 0.4;        ///< rise a metre
  double step_height = 0.2;  ///< of stairs
  double step_width = 0.3;
  double roughness = 0.05;  ///< largest height above or below 0
  uint64_t seed = 0;        ///< of rough tiles
  bool curriculum = true;   ///< levels follow from what was walked; otherwise they are drawn
  int start_levels = 3;     ///< first episodes are on one of the lowest of this many
  // the four heights are those of the last level; level l has the share (l + 1) / levels of them

  bool any() const { return !columns.empty(); }
};

}  // namespace motus::sim
