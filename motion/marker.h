#pragma once
// What a viewer draws beside a character: a place to reach, a way to go, a ball.
#include <string>

#include "motion/math.h"

namespace motus {

struct Marker {
  enum class Shape {
    pole,   ///< a thin upright stick of `size` m on the floor, a ball at its foot
    arrow,  ///< a flat bar of `size` m from `pos` along the x axis turned by `angle`
    ball    ///< of radius `size` m
  };
  std::string name;  ///< "target", "travel", "face"
  Shape shape = Shape::pole;
  Vec3 pos = Vec3::Zero();  ///< m, world
  double angle = 0;         ///< rad about z
  double size = 1;          ///< m
  float rgba[4] = {0.9F, 0.1F, 0.1F, 1};
};

}  // namespace motus
