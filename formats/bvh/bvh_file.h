#pragma once
// BVH as text says it: hierarchy, channels, numbers; no conventions applied yet.
#include <string>
#include <vector>

#include "formats/format.h"

namespace motus::formats::bvh {

/// Positions 0, 1, 2 and rotations 3, 4, 5 about x, y, z, in the order of the file.
using Channels = std::vector<int>;

struct Joint {
  std::string name;
  int parent = -1;
  Vec3 offset = Vec3::Zero();  ///< file units
  Channels channels;
  int first = 0;  ///< column of the first channel
};

struct Tip {
  int joint = 0;
  Vec3 offset = Vec3::Zero();
};

struct File {
  std::vector<Joint> joints;  ///< depth-first
  std::vector<Tip> tips;      ///< End Sites
  int columns = 0;
  double frame_time = 0;        ///< s, as written
  std::string frame_time_text;  ///< "0.0083333"
  int64_t declared = 0;         ///< "Frames:"
  int64_t rows = 0;             ///< rows that are there
  std::vector<double> values;   ///< (rows, columns)
  std::vector<std::string> warnings;
};

/// Reads the whole text. Throws Error(bad_input) with the line.
File parse(Bytes bytes);

/// Appends the numbers of `text` to `out` until its end or, with `most`, that many; returns where
/// it stopped. A word that is no number stops it. One pass, no allocation per number.
const char* parse_numbers(const char* at, const char* end, double*& out, const double* out_end);

}  // namespace motus::formats::bvh
