#pragma once
// When feet stand and how they follow each other: duty factors, stride times, phases (Hildebrand
// 1965's description of a gait).
#include <string>
#include <vector>

#include "motion/clip.h"
#include "motion/robot.h"

namespace motus {

struct FootGait {
  std::string name;
  double duty = 0;   ///< share of time on the floor
  double phase = 0;  ///< touch-down after the first foot's, part of the stride, [0, 1)
  int touch_downs = 0;
  std::vector<char> contact;  ///< (F)
};

struct Gait {
  std::vector<FootGait> feet;
  double period = 0;  ///< s, one stride; 0 = nothing repeats
  double flight = 0;  ///< share of frames without any foot on the floor
};

/// The gait of a robot's clip. The stride is the time after which postures come back best (feet may
/// tap twice). A clip that hovers or sinks as a whole is put on the floor first (by
/// the median of its lowest point); gaps and stances under 60 ms count as flicker.
Gait gait_of(const Clip& clip, const Robot& robot);

}  // namespace motus
