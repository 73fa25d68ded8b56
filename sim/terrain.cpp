#include "sim/terrain.h"

#include <algorithm>
#include <cmath>

#include "sim/random.h"

namespace motus::sim {

namespace {

/// A place in a tile, from its middle; heights are those of the tile's level.
struct Spot {
  double x, y;      ///< m
  double share;     ///< of the last level's heights
  uint64_t number;  ///< of the tile
};

/// The farther of the two coordinates: pyramids are square.
double ring(const Spot& s) {
  return std::max(std::abs(s.x), std::abs(s.y));
}

double flat(const TerrainOptions&, const Spot&) {
  return 0;
}

double slope_down(const TerrainOptions& o, const Spot& s) {
  return o.slope * s.share * (o.tile / 2 - std::max(ring(s), o.platform / 2));
}

double slope_up(const TerrainOptions& o, const Spot& s) {
  return -slope_down(o, s);
}

double stairs_down(const TerrainOptions& o, const Spot& s) {
  const double steps = std::floor((o.tile - o.platform) / 2 / o.step_width + 1e-9);
  // a node on a step's edge belongs to the outer step
  const double in = std::floor((o.tile / 2 - ring(s)) / o.step_width + 1e-9);
  return o.step_height * s.share * std::min(in, steps);
}

double stairs_up(const TerrainOptions& o, const Spot& s) {
  return -stairs_down(o, s);
}

/// Heights drawn at every second node, straight in between.
double rough(const TerrainOptions& o, const Spot& s) {
  const double mesh = 2 * o.spacing;
  const double u = (s.x + o.tile / 2) / mesh, v = (s.y + o.tile / 2) / mesh;
  const double last = std::round(o.tile / mesh);
  const auto drawn = [&](double i, double j) {
    if (i <= 0 || j <= 0 || i >= last || j >= last) return 0.0;  // where tiles meet
    const double r =
        random_unit(o.seed, s.number, static_cast<uint64_t>(i), static_cast<uint64_t>(j));
    return o.roughness * s.share * (2 * r - 1);
  };
  const double i = std::floor(u + 1e-9), j = std::floor(v + 1e-9);
  const double a = std::max(0.0, u - i), b = std::max(0.0, v - j);
  return (1 - a) * ((1 - b) * drawn(i, j) + b * drawn(i, j + 1)) +
         a * ((1 - b) * drawn(i + 1, j) + b * drawn(i + 1, j + 1));
}

struct Kind {
  const char* name;
  double (*height)(const TerrainOptions& o, const Spot& s);
};

/// All of them, as Tile numbers them.
constexpr Kind kKinds[] = {
    {"flat", flat},           {"slope_up", slope_up},       {"slope_down", slope_down},
    {"stairs_up", stairs_up}, {"stairs_down", stairs_down}, {"rough", rough}};

int cells(double length, double spacing) {
  return static_cast<int>(std::lround(length / spacing));
}

}  // namespace

std::vector<std::string> tile_names() {
  std::vector<std::string> out;
  for (const Kind& k : kKinds) out.emplace_back(k.name);
  return out;
}

Ground::Ground(const TerrainOptions& options) : options_(options) {
  const TerrainOptions& o = options_;
  const int columns = static_cast<int>(o.columns.size());
  map_.spacing = o.spacing;
  map_.origin_x = -(o.levels * o.tile / 2 + o.border);
  map_.origin_y = -(columns * o.tile / 2 + o.border);
  map_.heights.resize(cells(o.levels * o.tile + 2 * o.border, o.spacing) + 1,
                      cells(columns * o.tile + 2 * o.border, o.spacing) + 1);
  for (Eigen::Index i = 0; i < map_.heights.rows(); ++i) {
    for (Eigen::Index j = 0; j < map_.heights.cols(); ++j) {
      map_.heights(i, j) = node(map_.origin_x + static_cast<double>(i) * o.spacing,
                                map_.origin_y + static_cast<double>(j) * o.spacing);
    }
  }
}

double Ground::node(double x, double y) const {
  const TerrainOptions& o = options_;
  const int columns = static_cast<int>(o.columns.size());
  const double row = x / o.tile + o.levels / 2.0, line = y / o.tile + columns / 2.0;
  if (row < 0 || line < 0 || row >= o.levels || line >= columns) return 0;
  const int level = static_cast<int>(row), column = static_cast<int>(line);
  const Spot spot{x - centre_x(level), y - centre_y(column),
                  static_cast<double>(level + 1) / o.levels,
                  static_cast<uint64_t>(level * columns + column)};
  const auto kind = static_cast<size_t>(o.columns[static_cast<size_t>(column)]);
  return kKinds[kind].height(o, spot);
}

double Ground::centre_x(int level) const {
  return (level + 0.5 - options_.levels / 2.0) * options_.tile;
}

double Ground::centre_y(int column) const {
  return (column + 0.5 - static_cast<double>(options_.columns.size()) / 2.0) * options_.tile;
}

bool Ground::holds(double x, double y) const {
  return std::abs(x) < -map_.origin_x && std::abs(y) < -map_.origin_y;
}

double Ground::height(double x, double y) const {
  const Frames& h = map_.heights;
  const double u =
      std::clamp((x - map_.origin_x) / map_.spacing, 0.0, static_cast<double>(h.rows() - 1));
  const double v =
      std::clamp((y - map_.origin_y) / map_.spacing, 0.0, static_cast<double>(h.cols() - 1));
  const Eigen::Index i = std::min(static_cast<Eigen::Index>(u), h.rows() - 2);
  const Eigen::Index j = std::min(static_cast<Eigen::Index>(v), h.cols() - 2);
  const double a = u - static_cast<double>(i), b = v - static_cast<double>(j);
  const double low = h(i, j), high = h(i + 1, j + 1);
  // the triangle beyond the diagonal on the side of x, or on that of y
  if (a >= b) return low + a * (h(i + 1, j) - low) + b * (high - h(i + 1, j));
  return low + b * (h(i, j + 1) - low) + a * (high - h(i, j + 1));
}

double Ground::start_height(double x, double y) const {
  const TerrainOptions& o = options_;
  const int columns = static_cast<int>(o.columns.size());
  const double level = std::floor(x / o.tile + o.levels / 2.0);
  const double column = std::floor(y / o.tile + columns / 2.0);
  if (level < 0 || column < 0 || level >= o.levels || column >= columns) return 0;
  return height(centre_x(static_cast<int>(level)), centre_y(static_cast<int>(column)));
}

double Ground::highest(double x, double y, double reach) const {
  const Frames& h = map_.heights;
  const auto index = [&](double along, double origin, Eigen::Index count, bool up) {
    const double at = (along - origin) / map_.spacing;
    return static_cast<Eigen::Index>(
        std::clamp(up ? std::ceil(at) : std::floor(at), 0.0, static_cast<double>(count - 1)));
  };
  const Eigen::Index i = index(x - reach, map_.origin_x, h.rows(), false);
  const Eigen::Index j = index(y - reach, map_.origin_y, h.cols(), false);
  return h
      .block(i, j, index(x + reach, map_.origin_x, h.rows(), true) - i + 1,
             index(y + reach, map_.origin_y, h.cols(), true) - j + 1)
      .maxCoeff();
}

}  // namespace motus::sim
