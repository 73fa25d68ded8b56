#pragma once
// An FBX animation curve: keys of one number, joined as their flags say.
#include <vector>

#include "formats/scene/fbx_file.h"

namespace motus::formats::fbx {

/// FBX counts time in this many ticks a second.
inline constexpr double kTicks = 46186158000.0;

struct Key {
  double time = 0;   ///< s
  double value = 0;  ///< degrees, file units or a factor
  /// To the next key: this value, the next one's, a line, a Bezier curve.
  enum class Mode { step, jump, linear, cubic } mode = Mode::cubic;
  double right = 0, left = 0;  ///< slopes after and before the key, per s
  double right_weight = 1.0 / 3,
         left_weight = 1.0 / 3;  ///< lengths of the handles, of the interval
};

struct Curve {
  std::vector<Key> keys;  ///< times increase
  /// The value at a time (s); the first and last key hold beyond the ends.
  double at(double time) const;
};

/// Reads an AnimationCurve record. Throws Error(bad_input) for lists that do not fit each other or
/// times that do not increase.
Curve read_curve(const Record& record);

}  // namespace motus::formats::fbx
