#pragma once
// Clouds of markers as clips. Nothing says how markers hang together, so the skeleton is one body
// that stays at the origin, and the markers are a channel.
#include <string>
#include <vector>

#include "formats/format.h"

namespace motus::formats {

struct MarkerData {
  Frames pos;                      ///< (F, 3M) in the file's units and axes; anything where invalid
  Frames valid;                    ///< (F, M) 1 = seen, 0 = missing
  std::vector<std::string> names;  ///< M, unique
};

/// A clip with the channels "markers" (m, world, z up) and "marker_valid". Missing markers are put
/// at the origin. `y_up`: turn +90 degrees about x. Gaps are counted in a warning.
Clip marker_clip(MarkerData data, double fps, double metres_per_unit, bool y_up);

/// Names made unique and non-empty: "M3", "LASI_2".
std::vector<std::string> unique_names(std::vector<std::string> names);

}  // namespace motus::formats
