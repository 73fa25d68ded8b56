#pragma once
// ASF: the skeleton of Acclaim's pair of files (CMU's motion library). Each bone has an axis frame
// C (global, in the rest pose) in which its rotations are counted, a direction and a length; it
// turns by C M C^-1 against its parent (Lander 1998, "Working with Motion Capture File Formats").
#include <string>
#include <string_view>
#include <vector>

#include "motion/skeleton.h"

namespace motus::formats {

/// One degree of freedom of a line of an AMC file.
enum class AsfDof { rx, ry, rz, tx, ty, tz, length };

struct AsfBone {
  std::string name;
  int parent = -1;                ///< in Asf::bones; the root is 0
  Vec3 direction = Vec3::Zero();  ///< unit, global, rest pose
  double length = 0;              ///< in the file's units
  Quat axis = Quat::Identity();   ///< C
  std::vector<AsfDof> dofs = {};  ///< in the order of the AMC's numbers
};

struct Asf {
  std::string name;
  std::vector<AsfBone> bones;  ///< depth-first, the root first
  double unit_length = 1;      ///< ":units length": 0.45 means one unit is 1/0.45 inches
  bool degrees = true;

  /// Metres per unit of lengths and root positions: inches over unit_length.
  double metres() const { return 0.0254 / unit_length; }
};

/// Throws Error(bad_input) with the line.
Asf parse_asf(std::string_view text);

/// The rest pose as a character, y up turned to z up, lengths times `metres`.
SkeletonPtr asf_skeleton(const Asf& asf, double metres, const Quat& axes);

}  // namespace motus::formats
