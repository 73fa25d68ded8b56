#pragma once
// Robot motion as rows of numbers: root position (m), root quaternion, dofs (rad), nothing else
// said. Without a header: 7 + D columns (LAFAN1 for the G1 x y z w, Kimodo w x y z); with one, names
// tell what is what (GMR's exports).
#include "formats/format.h"

namespace motus::formats {

Match sniff_robot_csv(Bytes bytes);

/// One clip. options.skeleton names the robot (a header's dof names find a shipped one, 29 columns
/// without names are taken for a G1), options.quat_order and
/// options.fps what else the file does not say; guesses are reported.
std::vector<Clip> read_robot_csv(Bytes bytes, const ReadOptions& options);

/// x y z w. 29 dofs are written without a header, as tools for the G1 expect them (and w x y z if the
/// clip came from such a file); other robots with one, so that their dofs have names.
std::vector<std::byte> write_robot_csv(std::span<const Clip> clips, const WriteOptions& options);

}  // namespace motus::formats
