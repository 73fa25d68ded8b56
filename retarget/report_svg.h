#pragma once
// The pictures of a report, as SVG text that needs nothing else: colours come from the page's style
// (classes left, right, middle, floor, source, robot, curve, limit).
#include <string>
#include <vector>

#include "retarget/figure.h"
#include "retarget/metrics.h"

namespace motus::retarget {

/// When each foot stands: the source's and the robot's, one above the other.
std::string contact_svg(const Timeline& timeline, double fps);

/// A quantity over the frames with a dashed line at `limit` (none if 0).
std::string curve_svg(const std::vector<double>& values, double limit, double fps);

/// Source and robot side by side in one frame, both seen across the source's heading, drawn at the
/// same size.
std::string figures_svg(const Figure& source, const Figure& robot, int frame);

/// A frame worth looking at, and why.
struct Moment {
  int frame = 0;
  std::string why;
};

/// The worst frame of each fault that is there at all, at most one within a fifth of a second.
std::vector<Moment> worst_moments(const Timeline& timeline, double fps);

}  // namespace motus::retarget
