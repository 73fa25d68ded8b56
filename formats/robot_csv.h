#pragma once
// Robot motion as rows of numbers: root position (m), root quaternion, dofs (rad), nothing else
// said. Without a header: 7 + D columns (LAFAN1 for the G1 x y z w, Kimodo w x y z); with one, names
// tell what is what (GMR's exports).
#include "formats/format.h"

namespace motus::formats {

Match sniff_robot_csv(Bytes bytes);

/// One clip. options.skeleton names the robot (29 dofs are taken for a G1), options.quat_order and
/// options.fps what else the file does not say; guesses are reported.
std::vector<Clip> read_robot_csv(Bytes bytes, const ReadOptions& options);

/// Without a header, x y z w unless the clip came from a w x y z file.
std::vector<std::byte> write_robot_csv(std::span<const Clip> clips, const WriteOptions& options);

}  // namespace motus::formats
