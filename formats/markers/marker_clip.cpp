#include "formats/markers/marker_clip.h"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <set>

#include "motion/error.h"

namespace motus::formats {

Clip marker_clip(MarkerData data, double fps, double metres_per_unit, bool y_up) {
  const Eigen::Index frames = data.pos.rows(), markers = data.valid.cols();
  require(frames > 0 && markers > 0, Kind::bad_input, "holds {} frames of {} markers", frames,
          markers);
  require(std::isfinite(fps) && fps > 0, Kind::bad_input,
          "plays at {} frames a second; --fps says how fast", fps);
  Eigen::Index gaps = 0;
  for (Eigen::Index f = 0; f < frames; ++f) {
    for (Eigen::Index m = 0; m < markers; ++m) {
      auto p = data.pos.block<1, 3>(f, 3 * m);
      if (data.valid(f, m) == 0 || !p.allFinite()) {
        data.valid(f, m) = 0;
        p.setZero();
        ++gaps;
        continue;
      }
      p *= metres_per_unit;
      if (y_up) p = Eigen::RowVector3d(p(0), -p(2), p(1));
    }
  }
  Clip c;
  Skeleton::Spec spec;
  spec.name = "markers";
  spec.bodies.push_back({.name = "origin"});
  c.skeleton = Skeleton::build(std::move(spec));
  c.fps = fps;
  c.root_pos = Frames::Zero(frames, 3);
  c.root_rot = Frames::Zero(frames, 4);
  c.root_rot.col(0).setOnes();
  c.local_rot = c.root_rot;
  c.channels["markers"] = {.data = std::move(data.pos),
                           .components = 3,
                           .names = data.names,
                           .units = "m",
                           .frame = "world"};
  c.channels["marker_valid"] = {.data = std::move(data.valid),
                                .components = 1,
                                .names = std::move(data.names),
                                .units = "1",
                                .frame = ""};
  if (y_up) c.source.conversions.push_back("y up to z up");
  if (metres_per_unit != 1) {
    c.source.conversions.push_back(fmt::format("lengths times {}", metres_per_unit));
  }
  if (gaps > 0) {
    c.source.warnings.push_back(
        fmt::format("{} of {} marker positions are missing: at the origin, marker_valid is 0 there",
                    gaps, frames * markers));
  }
  return c;
}

std::vector<std::string> unique_names(std::vector<std::string> names) {
  std::set<std::string> taken;
  for (size_t i = 0; i < names.size(); ++i) {
    std::string& n = names[i];
    if (n.empty()) n = fmt::format("M{}", i + 1);
    const std::string stem = n;
    for (int k = 2; !taken.insert(n).second; ++k) n = fmt::format("{}_{}", stem, k);
  }
  return names;
}

}  // namespace motus::formats
