#pragma once
// Motions that are stored as points (HumanML3D's joints, a dog's key points, markers): a skeleton of
// constant bone lengths and the rotations that point its bones where the points are.
#include <map>
#include <string>
#include <vector>

#include "motion/clip.h"

namespace motus::formats {

/// Points that hang together as a tree; in any order, exactly one without a parent.
struct PointTree {
  std::string name;                ///< of the skeleton
  std::vector<std::string> names;  ///< (N), all different
  std::vector<int> parents;        ///< (N), -1 for the root
  std::vector<Vec3> rest;          ///< (N) direction of each bone at rest, z up, x forward;
                                   ///< empty: as in the first frame that holds all points
  std::map<std::string, std::string>
      roles;  ///< role (motion/roles.h) -> point; unknown ones skipped
};

/// The points of a tree depth-first, children in the order given. Throws Error(bad_input) for
/// anything but one tree.
std::vector<int> depth_first(const std::vector<int>& parents);

/// A character that follows `points` (F, 3N): world, z up, m. Bone lengths are medians over the
/// frames. A joint with one child swings on the shortest way, one with several takes the rotation
/// that fits them best (Kabsch 1976), the rest of it from its parent, the root's from the frame
/// before. Points that are not finite are missing: filled in by straight lines in time, and counted
/// in a warning. The points as given become the channel "keypoints" (m, world) in the tree's order.
/// Throws Error(bad_input) for a tree that is none, and for a point that is never there.
Clip clip_from_points(const PointTree& tree, const Frames& points, double fps);

}  // namespace motus::formats
