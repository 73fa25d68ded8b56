#pragma once
// Figures as the JSON that data/web/player.js plays. Bulk numbers are base64 of little-endian
// arrays: root positions float32 (F, 3); rotations int16 (F, M, 4), w x y z times 32767, of the M
// bodies that turn: the root's in the world, the others' relative to their rest pose; markers
// float32 (F, 4): x y z angle, NaN where there is none.
#include <cstddef>
#include <span>
#include <string>

#include "view/scene.h"

namespace motus::view {

/// How a player begins; what is said here a viewer can change.
struct PlayerOptions {
  std::string title = "Motus";
  std::string camera = "side";  ///< as choose_camera() has it
  double start = 0;             ///< s
  bool over = false;            ///< all figures in one place, or side by side
};

/// Frames above this rate are thinned to a whole fraction: no screen shows more.
inline constexpr double kPlayerRate = 60;

/// The JSON; holds no '<', so that it can stand inside <script>. Throws as Scene and choose_camera
/// do, Error(usage) for a start outside the motion.
std::string player_data(std::span<const Figure> figures, const PlayerOptions& options);

std::string base64(std::span<const std::byte> bytes);

}  // namespace motus::view
