#pragma once
// Ground that is not flat: a field of square tiles, harder from row to row (levels, along x) and of one
// kind in each column (along y), with an even border around it. A tile is even in its middle, where
// episodes start, and at height 0 along its edges, where it meets its neighbours. The kinds are those
// that legged_gym made common (Rudin et al. 2021): pyramids of slopes and of stairs, rough ground.
//
// Heights are a function of the options alone. Between its nodes the field consists of the triangles
// that MuJoCo's height fields have: each cell is cut from its lowest x and y to its highest.
#include "motion/clip.h"
#include "sim/terrain_options.h"

namespace motus::sim {

class Ground {
 public:
  explicit Ground(const TerrainOptions& options);

  const TerrainOptions& options() const { return options_; }
  /// The nodes: heights(i, j) at x = origin_x + i * spacing, y = origin_y + j * spacing.
  const Terrain& map() const { return map_; }
  /// Height at a place; outside the field that of its nearest edge.
  double height(double x, double y) const;
  /// The highest node within `reach` of a place along x and y, and around it.
  double highest(double x, double y, double reach) const;
  /// Whether a place is on the field.
  bool holds(double x, double y) const;
  /// Height in the middle of the tile around a place, where its episodes start; 0 beside the tiles.
  double start_height(double x, double y) const;
  /// The middle of a tile.
  double centre_x(int level) const;
  double centre_y(int column) const;

 private:
  double node(double x, double y) const;

  TerrainOptions options_;
  Terrain map_;
};

}  // namespace motus::sim
