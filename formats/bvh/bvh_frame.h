#pragma once
// How the axes and units of a BVH file stand to the house's: found from the figure itself.
#include <string>
#include <vector>

#include "formats/bvh/bvh_file.h"

namespace motus::formats::bvh {

struct Frame {
  Quat world = Quat::Identity();  ///< file's world axes to ours
  Quat rest = Quat::Identity();   ///< the axes of every joint's frame, likewise
  double scale = 0.01;            ///< m per file unit
  std::vector<std::string> conversions, warnings;
};

/// Applies --units and --up-axis, and guesses what they leave open.
Frame find_frame(const File& file, const ReadOptions& options);

/// Rotation of the joint in a row, file axes.
Quat rotation_of(const Joint& j, const double* row);

/// Position of the joint in a row: its position channels replace OFFSET.
Vec3 position_of(const Joint& j, const double* row);

}  // namespace motus::formats::bvh
