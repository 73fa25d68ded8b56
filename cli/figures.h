#pragma once
// Who moves in a clip: the robot that a skeleton is called after, what a figure's bodies are for.
#include <optional>
#include <string>

#include "motion/clip.h"
#include "motion/robot.h"

namespace motus::cli {

/// The robot of a clip: the one asked for by --robot, else the shipped one that the clip's skeleton
/// is called after.
class Robots {
 public:
  /// `asked`: a robot's name or a model file; empty = by each clip.
  explicit Robots(const std::string& asked);
  /// Null for characters and for robots that are not shipped. Throws Error(bad_input) where the clip
  /// moves another skeleton than the robot asked for.
  const Robot* of(const Clip& clip);

 private:
  std::optional<Robot> asked_, known_;
};

/// Gives a character without roles those that its names say; others stay as they are.
void name_roles(Clip& clip);

}  // namespace motus::cli
