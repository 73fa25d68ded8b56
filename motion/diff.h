#pragma once
// How far two motions are apart: body by body, frame by frame, along time or warped.
#include <string>
#include <vector>

#include "motion/clip.h"

namespace motus {

enum class Align { time, dtw };
/// root: place, height and heading of each frame's root are taken off first.
enum class Against { world, root };

struct DiffOptions {
  Align align = Align::time;
  Against against = Against::world;
};

/// A quantity of one body or dof over the frames compared.
struct PartDiff {
  std::string name;
  double mean = 0, worst = 0;
  int frame = 0;  ///< of the worst, in the first clip
};

struct ClipDiff {
  int frames = 0;                          ///< pairs of frames compared
  std::vector<PartDiff> positions;         ///< m, by body
  std::vector<PartDiff> rotations;         ///< deg, by body; of bodies with the same rest rotation
  std::vector<PartDiff> dofs;              ///< rad, by dof; empty unless both clips hold dofs
  std::vector<double> frame_error;         ///< mean position error of each pair, m
  std::vector<std::pair<int, int>> pairs;  ///< frames of the first and second clip
  int missing = 0;                         ///< frames that one clip has beyond the other's end
  std::vector<std::string> notes;          ///< what was done to compare at all

  /// The worst part of a list, or one without name.
  static PartDiff worst(const std::vector<PartDiff>& parts);
  static double mean(const std::vector<PartDiff>& parts);
};

/// `b` against `a`. Another frame rate is resampled to a's; bodies of other skeletons are matched by
/// name, then by role. With Align::dtw frames are paired by dynamic time warping (Sakoe and Chiba
/// 1978, steps of 1) over root-relative body positions, ends on ends. Throws Error(bad_input) if
/// fewer than 3 bodies match, or for warping more than 10000 frames.
ClipDiff diff(const Clip& a, const Clip& b, const DiffOptions& options = {});

/// Pairs of frames from (0, 0) to the ends that minimise the sum of distances of the rows of two
/// arrays of equal width. Exposed for tests.
std::vector<std::pair<int, int>> warp(const Frames& a, const Frames& b);

}  // namespace motus
