#pragma once
// Words for units and frame rates that formats share.
#include <optional>
#include <string>

namespace motus::formats {

/// Metres per unit for "m", "cm", "mm", "inch" or a number. Throws Error(usage).
double metres_per_unit(const std::string& units);

/// 1 / frame_time, or the frame rate in use that is within 0.1 % of it: files round their times to
/// few digits (.0083333 is 120, .008342 is 119.88).
double snap_fps(double frame_time);

}  // namespace motus::formats
