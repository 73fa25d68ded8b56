// The terrain: block of an environment's YAML; sim/terrain.h says what it means.
#include <algorithm>

#include "sim/config_read.h"
#include "sim/terrain_options.h"

namespace motus::sim {

namespace {

constexpr double kMostNodes = 4e6;

std::vector<Tile> columns(const Config& c) {
  const std::vector<std::string> known = tile_names();
  std::vector<Tile> out;
  if (!c.has("types")) {
    for (size_t i = 0; i < known.size(); ++i) out.push_back(static_cast<Tile>(i));
    return out;
  }
  for (const std::string& name : strings(c, "types")) {
    const auto at = std::find(known.begin(), known.end(), name);
    if (at == known.end()) {
      throw Error(Kind::usage,
                  fmt::format("{}: there is no terrain '{}'", line_of(c, "types"), name),
                  did_you_mean(name, known));
    }
    out.push_back(static_cast<Tile>(at - known.begin()));
  }
  require(!out.empty(), Kind::usage, "{}: types must name at least one of {}", line_of(c, "types"),
          fmt::join(known, ", "));
  return out;
}

/// Nodes lie on the edges of tiles, so lengths are whole numbers of cells.
void whole(const Config& c, const char* key, double length, double cell) {
  const double n = length / cell;
  require(std::abs(n - std::round(n)) < 1e-6 * n + 1e-9, Kind::usage,
          "{}: {} {} m is not a whole multiple of {} m", line_of(c, key), key, length, cell);
}

void check_size(const Config& c, const TerrainOptions& t) {
  const double across = t.levels * t.tile + 2 * t.border;
  const double along = static_cast<double>(t.columns.size()) * t.tile + 2 * t.border;
  const double nodes = across / t.spacing * along / t.spacing;
  require(nodes <= kMostNodes, Kind::usage,
          "{}: a terrain of {} by {} m with a node every {} m has {:.3g} nodes, more than {:.3g}: "
          "fewer levels or types, smaller tiles or a wider spacing",
          c.place(), across, along, t.spacing, nodes, kMostNodes);
}

void check_environment(const Config& env, const EnvConfig& out) {
  const TaskKind task = out.task.task;
  const bool fits = task != TaskKind::tracking && task != TaskKind::dodgeball &&
                    (out.env_name == "amp" || out.env_name.starts_with("task_"));
  require(fits, Kind::usage,
          "{}: {} compares with places of a flat world; terrain is for amp, task_location, "
          "task_steering and task_velocity",
          line_of(env, "terrain"), out.env_name);
  require(!out.enable_tar_obs, Kind::usage,
          "{}: enable_tar_obs shows places of a flat world; it cannot be with terrain",
          line_of(env, "terrain"));
}

}  // namespace

void read_terrain(const Config& env, EnvConfig& out) {
  if (!env.has("terrain")) return;
  const Config c = env.child("terrain");
  TerrainOptions t;
  t.columns = columns(c);
  t.levels = c.get("levels", t.levels);
  t.start_levels = c.get("start_levels", t.start_levels);
  positive(c, "levels", t.levels);
  positive(c, "start_levels", t.start_levels);
  struct Length {
    const char* key;
    double& value;
    bool may_be_0;
  };
  for (const Length& l :
       {Length{"tile", t.tile, false}, Length{"spacing", t.spacing, false},
        Length{"border", t.border, true}, Length{"platform", t.platform, false},
        Length{"slope", t.slope, true}, Length{"step_height", t.step_height, true},
        Length{"step_width", t.step_width, false}, Length{"roughness", t.roughness, true}}) {
    l.value = c.get(l.key, l.value);
    if (l.may_be_0) {
      not_negative(c, l.key, l.value);
    } else {
      positive(c, l.key, l.value);
    }
  }
  whole(c, "tile", t.tile, 2 * t.spacing);
  whole(c, "border", t.border, t.spacing);
  require(t.platform < t.tile, Kind::usage, "{}: platform {} m must be smaller than tile {} m",
          line_of(c, "platform"), t.platform, t.tile);
  require(t.levels <= 100 && t.columns.size() <= 100, Kind::usage,
          "{}: at most 100 levels and 100 types", c.place());
  check_size(c, t);
  t.seed = static_cast<uint64_t>(c.get("seed", int64_t{0}));
  t.curriculum = c.get("curriculum", t.curriculum);
  check_environment(env, out);
  out.terrain = t;
}

}  // namespace motus::sim
