#pragma once
// A 3-D player in a web page that asks nothing of the network: three.js, the player (data/web) and
// the frames stand in the page itself. A report puts player_head() once and player_box() wherever
// a motion is to be seen.
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "view/player_data.h"

namespace motus::view {

/// Where Debian, npm and a user's own data folder keep three.min.js.
std::vector<std::filesystem::path> three_places();

/// Style and scripts. Throws Error(not_built), naming the package, if three.js is in none of
/// `places`.
std::string player_head(std::span<const std::filesystem::path> places);
std::string player_head();

/// The element that plays `figures`, and their frames. `id` must be unique in the page and hold
/// letters, digits and dashes only; the box takes its parent's height. Throws as player_data().
std::string player_box(std::span<const Figure> figures, const PlayerOptions& options,
                       const std::string& id);

/// A whole page with one player. Its content security policy forbids every request.
std::string player_page(std::span<const Figure> figures, const PlayerOptions& options);

}  // namespace motus::view
